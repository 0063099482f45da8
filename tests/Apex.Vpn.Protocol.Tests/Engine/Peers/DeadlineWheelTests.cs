using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class DeadlineWheelTests
{
    private const long Tick = 1L << 22;
    private static readonly Instant Start = new(238_419 * Tick);

    private readonly DeadlineWheel _wheel = new();

    [Fact]
    public void An_empty_wheel_waits_for_ever()
    {
        Assert.Equal(Instant.Eternity, _wheel.Next());
        Assert.Null(_wheel.TakeDue(Start));
        Assert.Equal(0, _wheel.Count);
    }

    [Fact]
    public void A_deadline_fires_once_and_not_before_its_time()
    {
        var entry = new Entry();
        _wheel.TakeDue(Start);
        Instant at = Start + TimeSpan.FromSeconds(5);
        _wheel.Set(entry, at);
        Assert.Null(_wheel.TakeDue(new Instant(at.Nanoseconds - 1)));
        Assert.Same(entry, _wheel.TakeDue(at + TimeSpan.FromMilliseconds(4.2)));
        Assert.Null(_wheel.TakeDue(at + TimeSpan.FromSeconds(600)));
        Assert.Equal(0, _wheel.Count);
    }

    [Fact]
    public void A_deadline_on_a_tick_fires_at_that_very_instant()
    {
        var entry = new Entry();
        Instant at = new(Start.Nanoseconds + (1000 * Tick));
        _wheel.Set(entry, at);
        Assert.Null(_wheel.TakeDue(new Instant(at.Nanoseconds - 1)));
        Assert.Same(entry, _wheel.TakeDue(at));
    }

    [Fact]
    public void Deadlines_that_share_a_coarse_place_all_fire_in_time()
    {
        // Both stand in one place of the third level, 17 s wide; the one set last is found first there.
        _wheel.TakeDue(new Instant(Tick));
        Entry early = new(), late = new();
        _wheel.Set(early, new Instant(4097 * Tick));
        _wheel.Set(late, new Instant(8000 * Tick));
        Assert.Null(_wheel.TakeDue(new Instant(4096 * Tick)));
        Assert.True(_wheel.Next() <= new Instant(4097 * Tick));
        Assert.Same(early, _wheel.TakeDue(new Instant(4097 * Tick)));
        Assert.Null(_wheel.TakeDue(new Instant(7999 * Tick)));
        Assert.Same(late, _wheel.TakeDue(new Instant(8000 * Tick)));
    }

    [Fact]
    public void A_deadline_that_has_passed_fires_at_once()
    {
        _wheel.TakeDue(Start);
        var entry = new Entry();
        _wheel.Set(entry, Start - TimeSpan.FromSeconds(100));
        Assert.Same(entry, _wheel.TakeDue(Start));
    }

    [Fact]
    public void Beyond_its_reach_a_deadline_fires_early_to_be_set_again()
    {
        _wheel.TakeDue(Start);
        var entry = new Entry();
        Instant at = Start + TimeSpan.FromDays(50 * 365), now = Start;
        _wheel.Set(entry, at);
        int early = 0;
        while (now < at)
        {
            Instant next = _wheel.Next();
            Assert.True(next > now);
            now = next;
            if (_wheel.TakeDue(now) is null) continue;
            if (now >= at) return;
            early++;
            Assert.InRange(early, 1, 20);
            _wheel.Set(entry, at);
        }
        Assert.Fail("It did not fire.");
    }

    [Property(MaxTest = 300)]
    public void Whatever_happens_it_does_what_a_sorted_list_does(int seed)
    {
        var random = new Random(seed);
        var entries = new Entry[24];
        for (int i = 0; i < entries.Length; i++) entries[i] = new Entry();
        var model = new Dictionary<Entry, Instant>();
        Instant now = Start;
        var wheel = new DeadlineWheel();
        Drain(wheel, now, model);
        for (int step = 0; step < 200; step++)
        {
            Entry entry = entries[random.Next(entries.Length)];
            switch (random.Next(5))
            {
                case 0 or 1:
                    Instant at = new(now.Nanoseconds + SomeDuration(random, longest: 56) - (random.Next(8) == 0 ? 10 * Tick : 0));
                    wheel.Set(entry, at);
                    model[entry] = at;
                    break;
                case 2:
                    wheel.Remove(entry);
                    model.Remove(entry);
                    break;
                case 3:
                    now = new Instant(now.Nanoseconds + SomeDuration(random, longest: 54)); // sleeps and jumps
                    Drain(wheel, now, model);
                    break;
                default:
                    if (wheel.Next() is var next && next > now && next != Instant.Eternity) now = next;
                    Drain(wheel, now, model);
                    Assert.True(wheel.Next() > now, "It would be asked again and again.");
                    break;
            }
            Assert.Equal(model.Count, wheel.Count);
            if (model.Count == 0) continue;
            Instant first = RoundUp(model.Values.Min());
            Assert.True(wheel.Next() <= (first > now ? first : now), "Who sleeps until then comes too late.");
        }
    }

    [Property(MaxTest = 100)]
    public void Who_sleeps_until_Next_takes_few_steps_to_a_deadline(int seed)
    {
        var random = new Random(seed);
        Instant now = Start;
        var wheel = new DeadlineWheel();
        wheel.TakeDue(now);
        var entry = new Entry();
        wheel.Set(entry, new Instant(now.Nanoseconds + SomeDuration(random, longest: 56)));
        int steps = 0;
        while (wheel.TakeDue(now) is null)
        {
            now = wheel.Next();
            Assert.InRange(++steps, 1, 7);
        }
    }

    private static void Drain(DeadlineWheel wheel, Instant now, Dictionary<Entry, Instant> model)
    {
        while (wheel.TakeDue(now) is { } due)
        {
            Assert.True(model.Remove((Entry)due, out Instant at), "Fired twice, or after it was taken out.");
            Assert.True(at <= now, "Fired early.");
        }
        Assert.All(model.Values, at => Assert.True(RoundUp(at) > now, "Did not fire."));
    }

    // Each order of magnitude as likely as any other: from nanoseconds to two years.
    private static long SomeDuration(Random random, int longest) => random.NextInt64(1L << random.Next(longest + 1));

    private static Instant RoundUp(Instant at) => new((at.Nanoseconds + Tick - 1) / Tick * Tick);

    private sealed class Entry : DeadlineWheel.Entry;
}
