using Apex.Vpn.Protocol.Crypto;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>All providers give the same bytes and the same verdicts, single and in batches, and write nowhere else.</summary>
public sealed class AeadDifferentialTests
{
    private static readonly AeadProvider Reference = new LibsodiumAead(), Framework = new FrameworkAead();

    [Property(Arbitrary = [typeof(AeadBatches)], MaxTest = 150)]
    public void Batches_and_single_messages_seal_alike(object batch)
    {
        var messages = (AeadBatch)batch;
        byte[] expected = messages.SealOneByOne(Framework);
        foreach (AeadProvider provider in Providers.Each)
        {
            Assert.Equal(expected, messages.SealOneByOne(provider));
            Assert.Equal(expected, messages.Seal(provider));
        }
    }

    [Property(Arbitrary = [typeof(AeadBatches)], MaxTest = 150)]
    public void Batches_open_but_for_what_was_forged(object batch, int seed)
    {
        var messages = (AeadBatch)batch;
        var random = new Random(seed);
        byte[] forged = messages.Seal(Reference);
        bool[] isForged = [.. messages.Segments.Select(_ => random.Next(3) == 0)];
        for (int i = 0; i < isForged.Length; i++)
        {
            AeadSegment segment = messages.Segments[i];
            if (isForged[i]) forged[segment.Offset + random.Next(segment.Length)] ^= (byte)(1 << random.Next(8));
        }
        foreach (AeadProvider provider in Providers.Each.Append(Framework))
        {
            var slab = (byte[])forged.Clone();
            Assert.Equal(isForged.Count(static value => !value), provider.Open(messages.Key, slab, messages.Segments));
            messages.CheckOpened(slab, forged, i => !isForged[i]);

            slab = (byte[])forged.Clone();
            foreach (ref AeadSegment segment in messages.Segments.AsSpan())
            {
                segment.Authentic = provider.TryOpen(messages.Key, segment.Counter, default, slab.AsSpan(segment.Offset, segment.Length));
            }
            messages.CheckOpened(slab, forged, i => !isForged[i]);
        }
    }

    [Property(MaxTest = 150)]
    public void Associated_data_is_authenticated_alike(byte[] associatedData, byte[] text, int seed)
    {
        var random = new Random(seed);
        byte[] key = new byte[AeadProvider.KeySize], nonce = new byte[AeadProvider.NonceSize];
        byte[] expected = [.. text, .. new byte[AeadProvider.TagSize]];
        random.NextBytes(key);
        random.NextBytes(nonce);
        Framework.SealWithNonce(key, nonce, associatedData, expected);
        foreach (AeadProvider provider in Providers.Each)
        {
            byte[] buffer = [.. text, .. new byte[AeadProvider.TagSize]];
            provider.SealWithNonce(key, nonce, associatedData, buffer);
            Assert.Equal(expected, buffer);
            byte[] other = [.. associatedData, 0];
            Assert.False(provider.TryOpenWithNonce(key, nonce, other, (byte[])buffer.Clone()));
            Assert.True(provider.TryOpenWithNonce(key, nonce, associatedData, buffer));
            Assert.Equal(text, buffer[..text.Length]);
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Every_length_seals_and_opens(string name)
    {
        AeadProvider provider = Providers.Named(name);
        for (int length = 0; length <= 2000; length++)
        {
            var message = new AeadBatch(length, length);
            byte[] slab = message.Seal(provider);
            Assert.Equal(message.SealOneByOne(Reference), slab);
            byte[] sealedSlab = (byte[])slab.Clone();
            Assert.Equal(1, provider.Open(message.Key, slab, message.Segments));
            message.CheckOpened(slab, sealedSlab, static _ => true);
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_message_forged_at_any_byte_is_refused_in_every_slot(string name)
    {
        AeadProvider provider = Providers.Named(name);
        int[] lengths = [0, 1, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 79, 80, 81, 100, 128, 129, 143];
        var messages = new AeadBatch(7, lengths);
        byte[] slab = messages.Seal(Reference);
        for (int slot = 0; slot < lengths.Length; slot++)
        {
            AeadSegment segment = messages.Segments[slot];
            for (int position = 0; position < segment.Length; position++)
            {
                var forged = (byte[])slab.Clone();
                forged[segment.Offset + position] ^= (byte)(1 << (position % 8));
                var opened = (byte[])forged.Clone();
                Assert.Equal(lengths.Length - 1, provider.Open(messages.Key, opened, messages.Segments));
                messages.CheckOpened(opened, forged, i => i != slot);
            }
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_message_forged_at_any_byte_is_refused_alone(string name)
    {
        AeadProvider provider = Providers.Named(name);
        foreach (int length in (int[])[0, 1, 16, 100, 300, 1436])
        {
            var message = new AeadBatch(length, length);
            AeadSegment segment = message.Segments[0];
            byte[] whole = message.Seal(Reference).AsSpan(segment.Offset, segment.Length).ToArray();
            for (int position = 0; position < whole.Length; position++)
            {
                var forged = (byte[])whole.Clone();
                forged[position] ^= 0x80;
                var opened = (byte[])forged.Clone();
                Assert.False(provider.TryOpen(message.Key, segment.Counter, default, opened));
                Span<byte> text = opened.AsSpan(0, length);
                Assert.True(!text.ContainsAnyExcept((byte)0) || text.SequenceEqual(forged.AsSpan(0, length)));
            }
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Many_threads_may_use_one_provider(string name)
    {
        AeadProvider provider = Providers.Named(name);
        Parallel.For(0, 64, seed =>
        {
            var messages = new AeadBatch(seed, [.. Enumerable.Repeat(1420, 1 + (seed % 40)), seed]);
            byte[] slab = messages.Seal(provider), sealedSlab = (byte[])slab.Clone();
            Assert.Equal(messages.SealOneByOne(Reference), slab);
            Assert.Equal(messages.Segments.Length, provider.Open(messages.Key, slab, messages.Segments));
            messages.CheckOpened(slab, sealedSlab, static _ => true);
        });
    }
}
