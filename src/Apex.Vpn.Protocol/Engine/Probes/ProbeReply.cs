using System.Buffers.Binary;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;

namespace Apex.Vpn.Protocol.Engine.Probes;

/// <summary>The answer to a probe: its bytes lie as those of a cookie reply do, and say nothing but that it is one.</summary>
/// <remarks><c>u32 3 | the request's index | random[24] | BLAKE2s-256(key, random ‖ the request's MAC)</c></remarks>
internal static class ProbeReply
{
    internal const int Size = CookieReplyMessage.Size;

    /// <summary>Whether bytes from the network look like a reply, and to which request.</summary>
    internal static bool TryReadIndex(ReadOnlySpan<byte> message, out uint index)
    {
        index = 0;
        if (message.Length != Size || BinaryPrimitives.ReadUInt32LittleEndian(message) != CookieLayout.ReplyType) return false;
        index = CookieReplyMessage.Receiver(message);
        return true;
    }

    /// <summary>Writes the answer to a request.</summary>
    internal static void Write(Span<byte> bytes, ProbeKey key, ProbeRequest request, EngineRandom random)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, CookieLayout.ReplyType);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[CookieLayout.ReplyReceiverOffset..], request.Index);
        Span<byte> nonce = bytes[CookieLayout.ReplyNonceOffset..CookieLayout.ReplyCookieOffset];
        random.Fill(nonce);
        key.Hash256(nonce, request.Mac, bytes[CookieLayout.ReplyCookieOffset..Size]);
    }

    /// <summary>Whether a reply was made with a key, for the request that has a MAC.</summary>
    internal static bool Answers(ReadOnlySpan<byte> reply, ProbeKey key, ReadOnlySpan<byte> requestMac)
    {
        Span<byte> expected = stackalloc byte[Blake2s.HashSize];
        key.Hash256(reply[CookieLayout.ReplyNonceOffset..CookieLayout.ReplyCookieOffset], requestMac, expected);
        return CryptographicOperations.FixedTimeEquals(expected, reply[CookieLayout.ReplyCookieOffset..Size]);
    }
}
