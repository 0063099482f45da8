using Apex.Vpn.Protocol.Engine.Defense;
using FsCheck.Xunit;
using static Apex.Vpn.Protocol.Tests.Engine.Moment;

namespace Apex.Vpn.Protocol.Tests.Engine.Defense;

[Trait("Item", "11")]
public sealed class Tai64nTests
{
    private const long Second = 1_000_000_000;
    private const uint Step = 0x1000000;

    [Fact]
    public void Item11_the_epoch_is_4000000000000000000a()
    {
        Assert.Equal("400000000000000a00000000", Hex(Tai64n.FromUnix(0)));
        Assert.Equal("400000000000000b00000000", Hex(Tai64n.FromUnix(Second)));
        Assert.Equal("400000006553f10a3b000000", Hex(Tai64n.FromUnix((1_700_000_000 * Second) + 999_999_999)));
    }

    [Fact]
    public void Item11_nanoseconds_are_whitened()
    {
        Assert.Equal(Tai64n.FromUnix(0), Tai64n.FromUnix(Step - 1));
        Assert.Equal("400000000000000a01000000", Hex(Tai64n.FromUnix(Step)));
        Assert.Equal(Tai64n.FromUnix(Step), Tai64n.FromUnix((2 * Step) - 1));
    }

    [Fact]
    public void The_default_is_before_all_others()
    {
        Assert.True(default(Tai64n) < Tai64n.FromUnix(0));
        Assert.True(default(Tai64n) < Tai64n.FromUnix(long.MaxValue));
        Assert.Equal(Tai64n.FromUnix(0), Tai64n.FromUnix(-1));
    }

    [Property]
    public bool Item11_labels_are_ordered_as_their_bytes(byte[] left, byte[] right, byte common)
    {
        byte[] a = Bytes(left), b = Bytes(right);
        b.AsSpan(0, common % 13).CopyTo(a); // so that late bytes decide too
        Tai64n first = Tai64n.Read(a), second = Tai64n.Read(b);
        int expected = Math.Sign(a.AsSpan().SequenceCompareTo(b));
        return Math.Sign(first.CompareTo(second)) == expected
            && first < second == expected < 0
            && first > second == expected > 0
            && first <= second == expected <= 0
            && first >= second == expected >= 0
            && first == second == (expected == 0)
            && first != second == (expected != 0)
            && first.Equals((object)second) == (expected == 0);

        static byte[] Bytes(byte[] some) => [.. some.Concat(new byte[Tai64n.Size]).Take(Tai64n.Size)];
    }

    [Property]
    public bool What_is_written_is_read(ulong seconds, uint nanoseconds)
    {
        var bytes = new byte[Tai64n.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, seconds);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), nanoseconds);
        return Hex(Tai64n.Read(bytes)) == Convert.ToHexStringLower(bytes);
    }

    [Fact]
    public void A_clock_tells_the_anchor_and_what_went_by_since()
    {
        var clock = new Tai64nClock();
        clock.Anchor(1_700_000_000 * Second, At(50));
        Assert.Equal(Tai64n.FromUnix(1_700_000_000 * Second), clock.Next(At(50)));
        Assert.Equal(Tai64n.FromUnix(1_700_000_007 * Second), clock.Next(At(57)));
    }

    [Fact]
    public void Item11_the_anchor_moves_forward_only()
    {
        var clock = new Tai64nClock();
        clock.Anchor(1000 * Second, At(0));
        clock.Anchor(500 * Second, At(10));
        Assert.Equal(Tai64n.FromUnix(1020 * Second), clock.Next(At(20)));
        clock.Anchor(2000 * Second, At(30));
        Assert.Equal(Tai64n.FromUnix(2000 * Second), clock.Next(At(30)));
    }

    [Fact]
    public void Item11_stamps_rise_by_one_step_when_the_clock_does_not()
    {
        var clock = new Tai64nClock();
        clock.Anchor(1000 * Second, At(0));
        Tai64n first = clock.Next(At(0)), second = clock.Next(At(0)), third = clock.Next(At(0.001));
        Assert.Equal(Tai64n.FromUnix((1000 * Second) + Step), second);
        Assert.Equal(Tai64n.FromUnix((1000 * Second) + (2 * Step)), third);
        Assert.True(first < second && second < third);
    }

    [Fact]
    public void A_step_over_the_end_of_a_second_begins_the_next_one()
    {
        Tai64n last = Tai64n.FromUnix(999_999_999);
        Assert.Equal(Tai64n.FromUnix(Second), last.Successor());
    }

    [Fact]
    public void Item11_stamps_for_one_peer_do_not_push_those_for_another_ahead()
    {
        var clock = new Tai64nClock();
        clock.Anchor(1000 * Second, At(0));
        Tai64n previous = default;
        for (int i = 0; i < 100; i++)
        {
            Tai64n next = clock.Next(At(0), previous);
            Assert.True(next > previous);
            previous = next;
        }
        Assert.Equal(Tai64n.FromUnix(1000 * Second), clock.Next(At(0), default));
        Assert.Equal(Tai64n.FromUnix(1005 * Second), clock.Next(At(5), previous));
    }

    [Property]
    public bool Item11_whatever_the_wall_clock_does_stamps_rise_and_are_whitened((int Wall, ushort Elapsed)[] events)
    {
        var clock = new Tai64nClock();
        double time = 0;
        Tai64n last = default;
        foreach ((int wall, ushort elapsed) in events)
        {
            time += elapsed / 1000.0;
            clock.Anchor((1_700_000_000L + wall) * Second, At(time));
            Tai64n next = clock.Next(At(time));
            if (next <= last || !Hex(next).EndsWith("000000", StringComparison.Ordinal)) return false;
            last = next;
        }
        return true;
    }

    private static string Hex(Tai64n label)
    {
        var bytes = new byte[Tai64n.Size];
        label.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
