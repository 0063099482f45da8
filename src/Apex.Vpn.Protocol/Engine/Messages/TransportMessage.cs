using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Engine.Messages;

/// <summary>A data message (WG 5.4.6): header, then the sealed and padded inner packet.</summary>
internal static class TransportMessage
{
    internal const int HeaderSize = 16;
    internal const int TagSize = 16;

    /// <summary>The shortest: a keepalive, with nothing sealed in it.</summary>
    internal const int MinSize = HeaderSize + TagSize;

    internal static uint Receiver(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);

    internal static ulong Counter(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt64LittleEndian(message[8..]);

    internal static void WriteHeader(Span<byte> message, uint receiver, ulong counter)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, (uint)MessageType.Transport);
        BinaryPrimitives.WriteUInt32LittleEndian(message[4..], receiver);
        BinaryPrimitives.WriteUInt64LittleEndian(message[8..], counter);
    }
}
