using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Walks the messages of one netlink datagram (<c>struct nlmsghdr</c>, RFC 3549 2.2).</summary>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    private const int HeaderBytes = 16;
    private const int LinkIndexOffset = 4; // struct ifinfomsg: family, padding, type, index

    private const int RouteTypeOffset = 7; // struct rtmsg: family, lengths, tos, table, protocol, scope, type
    private const byte UnicastRoute = 1;

    internal const ushort NewLink = 16;
    internal const ushort DeleteLink = 17;
    internal const ushort NewAddress = 20;
    internal const ushort DeleteAddress = 21;
    internal const ushort NewRoute = 24;
    internal const ushort DeleteRoute = 25;

    private ReadOnlySpan<byte> _rest = datagram;
    private ReadOnlySpan<byte> _payload;

    /// <summary>The message's type: one of the constants, or another that nobody here asks about.</summary>
    internal ushort Type { get; private set; }

    /// <summary>The interface that a link message is about; 0 when it is too short to say.</summary>
    internal readonly int LinkIndex =>
        _payload.Length >= LinkIndexOffset + sizeof(int) ? MemoryMarshal.Read<int>(_payload[LinkIndexOffset..]) : 0;

    /// <summary>Whether a route message is about a route that packets to other hosts may take, and not one of the host's own addresses.</summary>
    internal readonly bool IsUnicastRoute => _payload.Length > RouteTypeOffset && _payload[RouteTypeOffset] == UnicastRoute;

    /// <summary>Goes to the next message; false at the end or where the lengths make no sense.</summary>
    internal bool MoveNext()
    {
        if (_rest.Length < HeaderBytes) return false;
        uint length = MemoryMarshal.Read<uint>(_rest);
        if (length < HeaderBytes || length > _rest.Length) return false;
        Type = MemoryMarshal.Read<ushort>(_rest[4..]);
        _payload = _rest[HeaderBytes..(int)length];
        _rest = _rest[Math.Min((int)((length + 3) & ~3u), _rest.Length)..];
        return true;
    }
}
