using Apex.Vpn.Protocol.Crypto;
using FsCheck;
using FsCheck.Fluent;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>A key and messages in a slab, with guard bytes before, between and behind them.</summary>
internal sealed class AeadBatch
{
    internal AeadBatch(int seed, params int[] textLengths)
    {
        var random = new Random(seed);
        Seed = seed;
        random.NextBytes(Key);
        Segments = new AeadSegment[textLengths.Length];
        int size = random.Next(1, 70);
        for (int i = 0; i < Segments.Length; i++)
        {
            // Counters of sessions rise by one; some tests start them where the low word carries.
            ulong counter = (ulong)i + ((random.Next(4) == 0 ? 0xffff_fff8 : (ulong)random.Next()) << random.Next(33));
            Segments[i] = new AeadSegment { Offset = size, Length = textLengths[i] + AeadProvider.TagSize, Counter = counter };
            size += Segments[i].Length + random.Next(1, 70);
        }
        Plain = new byte[size];
        random.NextBytes(Plain);
    }

    internal int Seed { get; }

    internal byte[] Key { get; } = new byte[AeadProvider.KeySize];

    /// <summary>The slab before sealing.</summary>
    internal byte[] Plain { get; }

    internal AeadSegment[] Segments { get; }

    public override string ToString() =>
        $"seed {Seed}, texts of {string.Join(", ", Segments.Select(static s => s.Length - AeadProvider.TagSize))} bytes";

    internal byte[] Seal(AeadProvider provider)
    {
        var slab = (byte[])Plain.Clone();
        provider.Seal(Key, slab, Segments);
        return slab;
    }

    internal byte[] SealOneByOne(AeadProvider provider)
    {
        var slab = (byte[])Plain.Clone();
        foreach (AeadSegment segment in Segments) provider.Seal(Key, segment.Counter, default, slab.AsSpan(segment.Offset, segment.Length));
        return slab;
    }

    /// <summary>What opening must leave: guard bytes as they were, texts where <paramref name="isAuthentic"/>, tags anything.</summary>
    internal void CheckOpened(byte[] slab, byte[] forged, Func<int, bool> isAuthentic)
    {
        int end = 0;
        for (int i = 0; i < Segments.Length; i++)
        {
            AeadSegment segment = Segments[i];
            int textLength = segment.Length - AeadProvider.TagSize;
            Assert.Equal(Plain.AsSpan(end, segment.Offset - end), slab.AsSpan(end, segment.Offset - end));
            Assert.Equal(isAuthentic(i), segment.Authentic);
            Span<byte> text = slab.AsSpan(segment.Offset, textLength);
            if (segment.Authentic) Assert.Equal(Plain.AsSpan(segment.Offset, textLength), text);
            else if (text.ContainsAnyExcept((byte)0)) Assert.Equal(forged.AsSpan(segment.Offset, textLength), text);
            end = segment.Offset + segment.Length;
        }
        Assert.Equal(Plain.AsSpan(end), slab.AsSpan(end));
    }
}

/// <summary>Batches of 1 to 40 messages of 0 to 2000 bytes: any lengths, or equal ones but for the last, as segmentation makes them.</summary>
public static class AeadBatches
{
    public static Arbitrary<object> Arbitrary()
    {
        Gen<int[]> any = Gen.Choose(0, 2000).ArrayOf();
        Gen<int[]> equal =
            from length in Gen.Choose(0, 2000)
            from count in Gen.Choose(0, 39)
            from last in Gen.Choose(0, length)
            select (int[])[.. Enumerable.Repeat(length, count), last];
        Gen<object> batches =
            from lengths in Gen.OneOf(any.Where(static lengths => lengths.Length is > 0 and <= 40), equal)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select (object)new AeadBatch(seed, lengths);
        return Arb.From(batches);
    }
}
