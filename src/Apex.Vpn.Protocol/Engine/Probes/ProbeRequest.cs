using System.Buffers.Binary;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;

namespace Apex.Vpn.Protocol.Engine.Probes;

/// <summary>A question of how far a node is. A view of its bytes, which lie as those of an initiation do.</summary>
/// <remarks>
/// <c>u32 1 | u32 index | ephemeral[32] | (u32 epoch, u32 time, u8[8] 0) XOR BLAKE2s-128(key, ephemeral) | random[60] | MAC[16] | 0[16]</c>
/// </remarks>
internal readonly ref struct ProbeRequest(ReadOnlySpan<byte> bytes)
{
    internal const int Size = InitiationMessage.Size;

    private const int IndexOffset = 4;
    private const int EphemeralOffset = 8;
    private const int StampOffset = EphemeralOffset + X25519.KeySize;
    private const int StampSize = 16;
    private const int FillingOffset = StampOffset + StampSize;

    private readonly ReadOnlySpan<byte> _bytes = bytes[..Size];

    /// <summary>By which the asker finds what a reply answers; where an initiation has the sender index.</summary>
    internal uint Index => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[IndexOffset..]);

    /// <summary>
    /// A real public key, the nonce of this probe. Random bytes would not do: half of them are no point of the curve, and whoever looks can
    /// tell.
    /// </summary>
    internal ReadOnlySpan<byte> Ephemeral => _bytes.Slice(EphemeralOffset, X25519.KeySize);

    internal ReadOnlySpan<byte> Mac => CookieLayout.Mac1(_bytes);

    /// <summary>Whether this has what a probe has by its looks: a look that is free, for most of what is not one.</summary>
    internal bool IsPossible =>
        (_bytes[StampOffset - 1] & 0x80) == 0 && !CookieLayout.Mac2(_bytes).ContainsAnyExcept((byte)0);

    /// <summary>Writes a request.</summary>
    /// <param name="bytes">148 bytes.</param>
    /// <param name="key">The probe key of the node and epoch.</param>
    /// <param name="index">Random.</param>
    /// <param name="time">Seconds since 1970.</param>
    /// <param name="random">For the ephemeral key and the filling.</param>
    internal static void Write(Span<byte> bytes, ProbeKey key, uint index, uint time, EngineRandom random)
    {
        bytes = bytes[..Size];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)MessageType.Initiation);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[IndexOffset..], index);
        Span<byte> scalar = stackalloc byte[X25519.KeySize];
        random.Fill(scalar); // not erased: nothing is ever agreed with it
        Span<byte> ephemeral = bytes.Slice(EphemeralOffset, X25519.KeySize);
        X25519.DerivePublicKey(scalar, ephemeral);
        Span<byte> stamp = bytes.Slice(StampOffset, StampSize);
        key.Hash128(ephemeral, stamp);
        Mix(stamp, key.Epoch);
        Mix(stamp[sizeof(uint)..], time);
        random.Fill(bytes[FillingOffset..^CookieLayout.MacsSize]);
        key.Hash128(CookieLayout.CoveredByMac1(bytes), bytes[^CookieLayout.MacsSize..^CookieLayout.MacSize]);
        bytes[^CookieLayout.MacSize..].Clear();
    }

    /// <summary>Whether the stamp was masked with a key and for its epoch; the time may still be anything that suits whoever changed it.</summary>
    internal bool IsStamped(ProbeKey key, out uint time)
    {
        Span<byte> mask = stackalloc byte[StampSize];
        key.Hash128(Ephemeral, mask);
        ReadOnlySpan<byte> stamp = _bytes.Slice(StampOffset, StampSize);
        uint epoch = BinaryPrimitives.ReadUInt32LittleEndian(stamp) ^ BinaryPrimitives.ReadUInt32LittleEndian(mask);
        time = BinaryPrimitives.ReadUInt32LittleEndian(stamp[4..]) ^ BinaryPrimitives.ReadUInt32LittleEndian(mask[4..]);
        ulong zeros = BinaryPrimitives.ReadUInt64LittleEndian(stamp[8..]) ^ BinaryPrimitives.ReadUInt64LittleEndian(mask[8..]);
        return ((epoch ^ key.Epoch) | zeros) == 0; // as one number, so that time does not tell how much of a guess was right
    }

    internal bool IsAuthentic(ProbeKey key)
    {
        Span<byte> expected = stackalloc byte[CookieLayout.MacSize];
        key.Hash128(CookieLayout.CoveredByMac1(_bytes), expected);
        return CryptographicOperations.FixedTimeEquals(expected, Mac);
    }

    private static void Mix(Span<byte> place, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(place, value ^ BinaryPrimitives.ReadUInt32LittleEndian(place));
}
