using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Engine.Messages;

/// <summary>First message of the handshake, initiator to responder (WG 5.4.2). A view of its bytes.</summary>
internal readonly ref struct InitiationMessage(Span<byte> bytes)
{
    internal const int Size = 148;
    internal const int PayloadSize = Defense.Tai64n.Size;

    private readonly Span<byte> _bytes = bytes[..Size];

    internal uint Sender
    {
        get => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);
        set => BinaryPrimitives.WriteUInt32LittleEndian(_bytes[4..], value);
    }

    internal Span<byte> Ephemeral => _bytes.Slice(8, 32);

    /// <summary>The sealed static public key: 32 bytes and a tag.</summary>
    internal Span<byte> Static => _bytes.Slice(40, 48);

    /// <summary>The sealed timestamp: 12 bytes and a tag.</summary>
    internal Span<byte> Timestamp => _bytes.Slice(88, 28);

    internal void WriteType() => BinaryPrimitives.WriteUInt32LittleEndian(_bytes, (uint)MessageType.Initiation);
}
