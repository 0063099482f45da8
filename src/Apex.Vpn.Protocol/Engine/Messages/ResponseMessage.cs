using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Engine.Messages;

/// <summary>Second message of the handshake, responder to initiator (WG 5.4.3). A view of its bytes.</summary>
internal readonly ref struct ResponseMessage(Span<byte> bytes)
{
    internal const int Size = 92;
    internal const int ReceiverOffset = 8;

    private readonly Span<byte> _bytes = bytes[..Size];

    internal uint Sender
    {
        get => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);
        set => BinaryPrimitives.WriteUInt32LittleEndian(_bytes[4..], value);
    }

    internal uint Receiver
    {
        get => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[ReceiverOffset..]);
        set => BinaryPrimitives.WriteUInt32LittleEndian(_bytes[ReceiverOffset..], value);
    }

    internal Span<byte> Ephemeral => _bytes.Slice(12, 32);

    /// <summary>The sealed empty payload: a tag.</summary>
    internal Span<byte> Empty => _bytes.Slice(44, 16);

    internal void WriteType() => BinaryPrimitives.WriteUInt32LittleEndian(_bytes, (uint)MessageType.Response);
}
