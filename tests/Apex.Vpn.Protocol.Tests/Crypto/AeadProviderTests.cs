using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>The rules of the seam: what is refused, what throws, what the empty batch does.</summary>
public sealed class AeadProviderTests
{
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Less_than_a_tag_is_not_authentic(string name)
    {
        AeadProvider provider = Providers.Named(name);
        for (int length = 0; length < AeadProvider.TagSize; length++)
        {
            Assert.False(provider.TryOpen(new byte[32], 0, default, new byte[length]));
            AeadSegment[] segments = [new() { Offset = 1, Length = length, Authentic = true }];
            Assert.Equal(0, provider.Open(new byte[32], new byte[32], segments));
            Assert.False(segments[0].Authentic);
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void An_empty_batch_does_nothing(string name)
    {
        AeadProvider provider = Providers.Named(name);
        provider.Seal(new byte[32], default, ReadOnlySpan<AeadSegment>.Empty);
        Assert.Equal(0, provider.Open(new byte[32], default, Span<AeadSegment>.Empty));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Wrong_sizes_are_the_callers_mistake(string name)
    {
        AeadProvider provider = Providers.Named(name);
        Assert.Throws<ArgumentOutOfRangeException>(() => provider.Seal(new byte[31], 0, default, new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => provider.Seal(new byte[32], 0, default, new byte[15]));
        Assert.Throws<ArgumentOutOfRangeException>(() => provider.TryOpen(new byte[33], 0, default, new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => provider.SealWithNonce(new byte[32], new byte[8], default, new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => provider.TryOpenWithNonce(new byte[32], new byte[13], default, new byte[16]));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_segment_outside_of_the_slab_throws_and_nothing_is_written(string name)
    {
        AeadProvider provider = Providers.Named(name);
        foreach ((int offset, int length) in ((int, int)[])[(-1, 32), (1, 64), (64, 16), (0, 65), (int.MaxValue, 32), (16, int.MaxValue)])
        {
            var slab = new byte[64];
            AeadSegment[] segments = [new() { Offset = offset, Length = length }];
            Assert.ThrowsAny<ArgumentException>(() => provider.Seal(new byte[32], slab, (ReadOnlySpan<AeadSegment>)segments));
            Assert.ThrowsAny<ArgumentException>(() => provider.Open(new byte[32], slab, segments));
            Assert.All(slab, static value => Assert.Equal(0, value));
        }
        AeadSegment[] noRoomForTag = [new() { Offset = 0, Length = 15 }];
        Assert.ThrowsAny<ArgumentException>(() => provider.Seal(new byte[32], new byte[64], (ReadOnlySpan<AeadSegment>)noRoomForTag));
    }
}
