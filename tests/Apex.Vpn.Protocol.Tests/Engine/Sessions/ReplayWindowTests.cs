using Apex.Vpn.Protocol.Engine.Sessions;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Sessions;

[Trait("Item", "23")]
public sealed class ReplayWindowTests
{
    private const ulong Width = ReplayWindow.Width;

    [Fact]
    public void Item23_the_window_is_8128_wide()
    {
        Assert.Equal(8128, ReplayWindow.Width);
        var window = new ReplayWindow();
        Assert.True(window.TryAccept(Width + 1));
        Assert.True(window.TryAccept(1));
        Assert.False(window.TryAccept(0));
    }

    [Fact]
    public void Item23_every_counter_of_the_window_is_accepted_once_in_any_order()
    {
        var window = new ReplayWindow();
        Assert.True(window.TryAccept(Width));
        for (ulong counter = 0; counter < Width; counter += 2) Assert.True(window.TryAccept(counter));
        for (ulong counter = Width - 1; counter < Width; counter -= 2) Assert.True(window.TryAccept(counter));
        for (ulong counter = 0; counter <= Width; counter++) Assert.False(window.TryAccept(counter));
    }

    [Fact]
    public void Item23_counters_at_the_end_of_the_range_do_not_overflow()
    {
        var window = new ReplayWindow();
        Assert.True(window.TryAccept(ulong.MaxValue - 1));
        Assert.True(window.TryAccept(ulong.MaxValue));
        Assert.False(window.TryAccept(ulong.MaxValue));
        Assert.True(window.TryAccept(ulong.MaxValue - 10));
        Assert.True(window.TryAccept(ulong.MaxValue - Width));
        Assert.False(window.TryAccept(ulong.MaxValue - Width - 1));
        Assert.False(window.TryAccept(0));
        Assert.False(window.TryAccept(Width));
    }

    [Fact]
    public void Zero_is_accepted_first_and_only_once()
    {
        var window = new ReplayWindow();
        Assert.True(window.TryAccept(0));
        Assert.False(window.TryAccept(0));
        Assert.True(window.TryAccept(1));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(8127)]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(1_000_000)]
    public void A_jump_forward_forgets_what_fell_out_and_nothing_else(ulong jump)
    {
        var window = new ReplayWindow();
        var seen = new HashSet<ulong>();
        for (ulong counter = 0; counter < 200; counter++) seen.Add(Accepted(window, counter));
        seen.Add(Accepted(window, 199 + jump));
        for (ulong counter = 199 + jump; counter != ulong.MaxValue && 199 + jump - counter <= Width; counter--)
            Assert.Equal(!seen.Contains(counter), window.TryAccept(counter));
    }

    [Property(MaxTest = 300)]
    public bool Item23_it_agrees_with_a_set_of_all_counters_seen(ulong start, short[] steps, bool small)
    {
        var window = new ReplayWindow();
        var seen = new HashSet<ulong>();
        ulong counter = start, highest = 0;
        // Twice the same walk, so that counters come again.
        foreach (short step in steps.Concat(steps.Select(static step => (short)-step)))
        {
            counter = unchecked(counter + (ulong)(long)(small ? step % 70 : step));
            bool expected = !seen.Contains(counter) && (counter > highest || highest - counter <= Width);
            if (window.TryAccept(counter) != expected) return false;
            if (!expected) continue;
            seen.Add(counter);
            highest = Math.Max(highest, counter);
        }
        return true;
    }

    private static ulong Accepted(ReplayWindow window, ulong counter)
    {
        Assert.True(window.TryAccept(counter));
        return counter;
    }
}
