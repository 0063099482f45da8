using Apex.Vpn.Protocol.Engine;

namespace Apex.Vpn.Protocol.Tests.Engine;

public sealed class EngineRandomTests
{
    [Fact]
    public void A_seed_gives_the_same_sequence_again_and_another_seed_another_one()
    {
        Assert.Equal(Numbers(7), Numbers(7));
        Assert.NotEqual(Numbers(7), Numbers(8));

        static uint[] Numbers(ulong seed)
        {
            var random = new SeededRandom(seed);
            return [.. Enumerable.Range(0, 8).Select(_ => random.NextUInt32())];
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(8), InlineData(13), InlineData(24)]
    public void Fill_writes_every_byte_and_none_beyond(int length)
    {
        var everWritten = new bool[length];
        for (ulong seed = 0; seed < 16; seed++)
        {
            var bytes = new byte[length + 1];
            new SeededRandom(seed).Fill(bytes.AsSpan(0, length));
            for (int i = 0; i < length; i++) everWritten[i] |= bytes[i] != 0;
            Assert.Equal(0, bytes[length]);
        }
        Assert.DoesNotContain(false, everWritten);
    }

    [Fact]
    public void Jitter_reaches_from_zero_to_just_below_the_maximum()
    {
        TimeSpan max = TimeSpan.FromMilliseconds(333);
        var random = new ScriptedRandom(0, 0, uint.MaxValue, 1u << 31);
        Assert.Equal(TimeSpan.Zero, random.Jitter(max));
        TimeSpan high = random.Jitter(max);
        Assert.InRange(high, max - TimeSpan.FromTicks(1), max - TimeSpan.FromTicks(1));
        Assert.Equal(max / 2, random.Jitter(max));
    }

    [Fact]
    public void The_secure_source_fills_and_counts()
    {
        var bytes = new byte[32];
        SecureRandom.Shared.Fill(bytes);
        Assert.True(bytes.Distinct().Count() > 8);
        Assert.True(Enumerable.Range(0, 8).Select(_ => SecureRandom.Shared.NextUInt32()).Distinct().Count() > 1);
    }
}
