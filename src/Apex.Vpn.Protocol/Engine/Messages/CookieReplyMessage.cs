using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Engine.Messages;

/// <summary>What a responder under load answers instead of doing a handshake (WG 5.4.7).</summary>
internal static class CookieReplyMessage
{
    internal const int Size = 64;

    internal static uint Receiver(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);
}
