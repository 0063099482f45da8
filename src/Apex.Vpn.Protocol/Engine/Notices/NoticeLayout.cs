using System.Buffers.Binary;
using System.Diagnostics;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>The bytes of the messages, as docs/protocol-extensions.md has them in section 4. Integers are little-endian.</summary>
internal static class NoticeLayout
{
    internal const byte Version = 1;

    internal const byte KindHello = 1;
    internal const byte KindAck = 2;

    internal const int MagicSize = 4;
    internal const int HeaderSize = 6;
    internal const int HelloSize = HeaderSize + IdSize;
    internal const int AckSize = HeaderSize + sizeof(ulong);

    /// <summary>The longest message: a drain with three alternatives.</summary>
    internal const int MaxSize = SignedHeaderSize + DrainHeaderSize + (Notice.MaxAlternatives * IdSize) + SignatureSize;

    internal const int IdSize = 16;
    internal const int SignatureSize = 64;

    /// <summary>Everything of a signed notice before its body.</summary>
    internal const int SignedHeaderSize = HeaderSize + (3 * sizeof(ulong)) + IdSize;

    /// <summary>The deadline and the number of alternatives.</summary>
    internal const int DrainHeaderSize = sizeof(long) + 1;

    /// <summary>The sequence by which a closing is acknowledged; signed notices count from 1.</summary>
    internal const ulong ClosingSequence = 0;

    private static ReadOnlySpan<byte> Magic => "APXN"u8;

    internal static bool HasMagic(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <summary>The kind of a message of a known version; 0 otherwise.</summary>
    internal static byte Kind(ReadOnlySpan<byte> message) =>
        message.Length >= HeaderSize && HasMagic(message) && message[4] == Version ? message[5] : (byte)0;

    internal static void WriteHeader(Span<byte> message, byte kind)
    {
        Magic.CopyTo(message);
        message[4] = Version;
        message[5] = kind;
    }

    internal static void WriteHello(Span<byte> message, Guid instance)
    {
        Debug.Assert(message.Length == HelloSize);
        WriteHeader(message, KindHello);
        WriteId(message[HeaderSize..], instance);
    }

    internal static bool TryReadHello(ReadOnlySpan<byte> message, out Guid instance)
    {
        bool isHello = Kind(message) == KindHello && message.Length == HelloSize;
        instance = isHello ? ReadId(message[HeaderSize..]) : default;
        return isHello;
    }

    internal static void WriteAck(Span<byte> message, ulong sequence)
    {
        Debug.Assert(message.Length == AckSize);
        WriteHeader(message, KindAck);
        BinaryPrimitives.WriteUInt64LittleEndian(message[HeaderSize..], sequence);
    }

    internal static bool TryReadAck(ReadOnlySpan<byte> message, out ulong sequence)
    {
        bool isAck = Kind(message) == KindAck && message.Length == AckSize;
        sequence = isAck ? BinaryPrimitives.ReadUInt64LittleEndian(message[HeaderSize..]) : 0;
        return isAck;
    }

    /// <summary>A closing: a header and nothing else.</summary>
    internal static byte[] Closing()
    {
        byte[] message = new byte[HeaderSize];
        WriteHeader(message, (byte)NoticeKind.Closing);
        return message;
    }

    internal static bool IsClosing(ReadOnlySpan<byte> message) => Kind(message) == (byte)NoticeKind.Closing && message.Length == HeaderSize;

    // Ids are UUIDs in network order, as RFC 9562 writes them.
    internal static void WriteId(Span<byte> destination, Guid id) => id.TryWriteBytes(destination, bigEndian: true, out _);

    internal static Guid ReadId(ReadOnlySpan<byte> source) => new(source[..IdSize], bigEndian: true);
}
