namespace Apex.Vpn.Protocol.Crypto;

/// <summary>
/// A known-answer test that a provider passes before it may serve: the example of RFC 8439 section 2.8.2, and a batch over lengths and
/// counters at the edges of blocks and words, opened again whole and with one byte forged. It also makes the runtime compile the provider
/// before the first packet needs it.
/// </summary>
internal static class AeadSelfTest
{
    private static ReadOnlySpan<ushort> Lengths =>
    [
        0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 191, 255, 256, 257, 511, 512, 513, 767, 960, 1023,
        1024, 1025, 1280, 1420, 1436, 1984, 2065,
    ];

    // BLAKE2s-256 of the sealed batch.
    private static ReadOnlySpan<byte> BatchDigest =>
    [
        0xd6, 0x8c, 0x39, 0x85, 0xbe, 0xed, 0x9c, 0x7c, 0x24, 0x6e, 0x5e, 0x06, 0x2c, 0x23, 0x7b, 0x09,
        0x31, 0x92, 0x7f, 0xb7, 0x9c, 0xf4, 0xf4, 0x65, 0xdb, 0x9a, 0xdf, 0xa2, 0x5e, 0x78, 0x60, 0x3a,
    ];

    /// <summary>Whether the provider gives the known answers.</summary>
    internal static bool Passes(AeadProvider provider) => PassesExample(provider) && PassesBatch(provider);

    private static bool PassesExample(AeadProvider provider)
    {
        ReadOnlySpan<byte> text =
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."u8;
        ReadOnlySpan<byte> nonce = [7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47];
        ReadOnlySpan<byte> associatedData = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        ReadOnlySpan<byte> tag = [0x1a, 0xe1, 0x0b, 0x59, 0x4f, 0x09, 0xe2, 0x6a, 0x7e, 0x90, 0x2e, 0xcb, 0xd0, 0x60, 0x06, 0x91];
        Span<byte> key = stackalloc byte[AeadProvider.KeySize];
        for (int i = 0; i < key.Length; i++) key[i] = (byte)(0x80 + i);
        Span<byte> buffer = stackalloc byte[text.Length + AeadProvider.TagSize];
        text.CopyTo(buffer);
        provider.SealWithNonce(key, nonce, associatedData, buffer);
        return buffer[text.Length..].SequenceEqual(tag)
            && provider.TryOpenWithNonce(key, nonce, associatedData, buffer)
            && buffer[..text.Length].SequenceEqual(text);
    }

    private static bool PassesBatch(AeadProvider provider)
    {
        const int Gap = 7; // messages may start anywhere
        var segments = new AeadSegment[Lengths.Length];
        int size = Gap;
        for (int i = 0; i < segments.Length; i++)
        {
            // Every third counter has its low word about to carry into the high one.
            ulong counter = i % 3 == 0 ? ((ulong)i << 32) - 1 : (ulong)i * 0x9e37_79b9_7f4a_7c15;
            segments[i] = new AeadSegment { Offset = size, Length = Lengths[i] + AeadProvider.TagSize, Counter = counter };
            size += segments[i].Length + Gap;
        }
        var plain = new byte[size];
        for (int i = 0; i < size; i++) plain[i] = (byte)((i * 167) + (i >> 8));
        foreach (AeadSegment segment in segments)
        {
            plain.AsSpan(segment.Offset + segment.Length - AeadProvider.TagSize, AeadProvider.TagSize).Clear();
        }
        ReadOnlySpan<byte> key = plain.AsSpan(0, AeadProvider.KeySize).ToArray();

        var slab = (byte[])plain.Clone();
        provider.Seal(key, slab, segments);
        Span<byte> digest = stackalloc byte[Blake2s.HashSize];
        Blake2s.Hash(slab, digest);
        if (!digest.SequenceEqual(BatchDigest)) return false;

        var single = (byte[])plain.Clone();
        foreach (AeadSegment segment in segments)
        {
            provider.Seal(key, segment.Counter, default, single.AsSpan(segment.Offset, segment.Length));
        }
        if (!single.AsSpan().SequenceEqual(slab)) return false;

        int forged = segments.Length / 2;
        slab[segments[forged].Offset] ^= 1;
        if (provider.Open(key, slab, segments) != segments.Length - 1 || segments[forged].Authentic) return false;
        for (int i = 0; i < segments.Length; i++)
        {
            AeadSegment segment = segments[i];
            Span<byte> whole = single.AsSpan(segment.Offset, segment.Length);
            if (!provider.TryOpen(key, segment.Counter, default, whole)) return false;
            ReadOnlySpan<byte> text = whole[..^AeadProvider.TagSize];
            if (!text.SequenceEqual(plain.AsSpan(segment.Offset, text.Length))) return false;
            if (text.SequenceEqual(slab.AsSpan(segment.Offset, text.Length)) == (i == forged)) return false;
        }
        return true;
    }
}
