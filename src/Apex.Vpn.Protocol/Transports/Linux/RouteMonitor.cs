namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Hears when routes, addresses or links change in the network namespace that it was opened in.</summary>
internal sealed class RouteMonitor : IDisposable
{
    private const uint Groups = NetlinkSocket.LinkGroup | NetlinkSocket.IPv4AddressGroup | NetlinkSocket.IPv4RouteGroup
        | NetlinkSocket.IPv6AddressGroup | NetlinkSocket.IPv6RouteGroup;

    /// <summary>A storm of changes (a routing daemon that loads a table) must not keep the receiving thread from its packets.</summary>
    private const int MaxDatagramsAtOnce = 64;

    private readonly NetlinkSocket _socket;
    private readonly byte[] _buffer = new byte[NetlinkSocket.DatagramBytes];

    private RouteMonitor(NetlinkSocket socket) => _socket = socket;

    /// <summary>Readable when something changed.</summary>
    internal Descriptor Handle => _socket.Handle;

    /// <summary>Begins to listen; null where netlink is not to be had, and sources are then only cleared by errors.</summary>
    internal static RouteMonitor? TryOpen() => NetlinkSocket.TryOpen(Groups) is { } socket ? new RouteMonitor(socket) : null;

    /// <summary>Reads what is there, without blocking. One thread at a time.</summary>
    /// <returns>Whether any of it may make a remembered local address wrong.</returns>
    internal bool ReadChanges()
    {
        bool changed = false;
        for (int i = 0; i < MaxDatagramsAtOnce; i++)
        {
            int length = _socket.Receive(_buffer);
            if (length == 0) break;
            changed |= length < 0 || HasChange(_buffer.AsSpan(0, length));
        }

        return changed;
    }

    /// <summary>An address that is added, with its local routes, makes no other one wrong.</summary>
    private static bool HasChange(ReadOnlySpan<byte> datagram)
    {
        var messages = new NetlinkMessages(datagram);
        while (messages.MoveNext())
        {
            switch (messages.Type)
            {
                case NetlinkMessages.NewRoute or NetlinkMessages.DeleteRoute when messages.IsUnicastRoute:
                case NetlinkMessages.DeleteAddress:
                case NetlinkMessages.DeleteLink:
                    return true;
            }
        }

        return false;
    }

    public void Dispose() => _socket.Dispose();
}
