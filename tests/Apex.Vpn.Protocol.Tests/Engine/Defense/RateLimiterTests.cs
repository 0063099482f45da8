using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Transports;
using FsCheck.Xunit;
using static Apex.Vpn.Protocol.Tests.Engine.Moment;

namespace Apex.Vpn.Protocol.Tests.Engine.Defense;

[Trait("Item", "8")]
public sealed class RateLimiterTests
{
    private readonly RateLimiter _limiter = new(new SeededRandom(8));

    [Fact]
    public void Item8_five_at_once_then_twenty_a_second()
    {
        UdpEndpoint source = UdpEndpoint.FromIPv4(0xC0000201, 1000);
        for (int i = 0; i < 5; i++) Assert.True(_limiter.Allow(in source, At(0)));
        Assert.False(_limiter.Allow(in source, At(0)));
        Assert.False(_limiter.Allow(in source, At(0.049)));
        Assert.True(_limiter.Allow(in source, At(0.050)));
        Assert.False(_limiter.Allow(in source, At(0.050)));
        Assert.True(_limiter.Allow(in source, At(0.151)));
        Assert.True(_limiter.Allow(in source, At(0.151)));
        Assert.False(_limiter.Allow(in source, At(0.151)));
        for (int i = 0; i < 5; i++) Assert.True(_limiter.Allow(in source, At(10)));
        Assert.False(_limiter.Allow(in source, At(10)));
    }

    [Fact]
    public void Item8_over_a_minute_a_flood_gets_twenty_a_second()
    {
        UdpEndpoint source = UdpEndpoint.FromIPv4(0xC0000201, 1000);
        int allowed = 0;
        for (int millisecond = 0; millisecond < 60_000; millisecond++)
        {
            if (_limiter.Allow(in source, At(millisecond / 1000.0))) allowed++;
        }
        Assert.InRange(allowed, 1203, 1205);
    }

    [Fact]
    public void Item8_an_IPv6_source_is_its_64_bit_prefix()
    {
        UInt128 prefix = (UInt128)0x2001_0db8_0001_0002 << 64;
        for (uint i = 0; i < 5; i++) Assert.True(_limiter.Allow(UdpEndpoint.FromIPv6(prefix + i, (ushort)i), At(0)));
        Assert.False(_limiter.Allow(UdpEndpoint.FromIPv6(prefix + ulong.MaxValue, 7), At(0)));
        Assert.True(_limiter.Allow(UdpEndpoint.FromIPv6(prefix + ulong.MaxValue + 1, 7), At(0)));
    }

    [Fact]
    public void Item8_an_IPv4_source_is_its_address_whatever_the_port()
    {
        for (ushort port = 1; port <= 5; port++) Assert.True(_limiter.Allow(UdpEndpoint.FromIPv4(0xC0000201, port), At(0)));
        Assert.False(_limiter.Allow(UdpEndpoint.FromIPv4(0xC0000201, 6), At(0)));
        Assert.True(_limiter.Allow(UdpEndpoint.FromIPv4(0xC0000202, 6), At(0)));
    }

    [Fact]
    public void The_families_do_not_share()
    {
        UdpEndpoint ipv4 = UdpEndpoint.FromIPv4(0xC0000201, 1), ipv6 = UdpEndpoint.FromIPv6((UInt128)0xC0000201 << 64, 1);
        for (int i = 0; i < 5; i++) Assert.True(_limiter.Allow(in ipv4, At(0)));
        Assert.False(_limiter.Allow(in ipv4, At(0)));
        Assert.True(_limiter.Allow(in ipv6, At(0)));
    }

    [Fact]
    public void A_full_table_refuses_the_new_keeps_the_known_and_recovers()
    {
        for (uint i = 0; i < RateLimiter.MaxSources; i++) Assert.True(_limiter.Allow(UdpEndpoint.FromIPv4(i, 1), At(0)));
        Assert.Equal(RateLimiter.MaxSources, _limiter.Count);
        Assert.False(_limiter.Allow(UdpEndpoint.FromIPv4(uint.MaxValue, 1), At(0.049)));
        Assert.True(_limiter.Allow(UdpEndpoint.FromIPv4(17, 1), At(0.049)));
        Assert.Equal(RateLimiter.MaxSources, _limiter.Count);
        Assert.True(_limiter.Allow(UdpEndpoint.FromIPv4(uint.MaxValue, 1), At(0.050)));
    }

    [Fact]
    public void What_is_idle_goes_and_its_memory_with_it()
    {
        for (uint i = 0; i < 10_000; i++) _limiter.Allow(UdpEndpoint.FromIPv4(i, 1), At(0));
        Assert.Equal(10_000, _limiter.Count);
        UdpEndpoint one = UdpEndpoint.FromIPv4(uint.MaxValue, 1);
        for (int i = 0; i < 20_000; i++) _limiter.Allow(in one, At(1));
        Assert.Equal(1, _limiter.Count);
        Assert.Equal(64, _limiter.Capacity);
        Assert.False(_limiter.Allow(in one, At(1)));
    }

    [Fact]
    public void Trim_forgets_only_what_is_idle()
    {
        for (uint i = 0; i < 10_000; i++) _limiter.Allow(UdpEndpoint.FromIPv4(i, 1), At(0));
        UdpEndpoint one = UdpEndpoint.FromIPv4(uint.MaxValue, 1);
        for (int i = 0; i < 5; i++) Assert.True(_limiter.Allow(in one, At(0)));
        _limiter.Trim(At(0.1));
        Assert.Equal(1, _limiter.Count);
        Assert.Equal(64, _limiter.Capacity);
        Assert.True(_limiter.Allow(in one, At(0.1)));
        Assert.True(_limiter.Allow(in one, At(0.1)));
        Assert.False(_limiter.Allow(in one, At(0.1)));
        _limiter.Trim(At(10));
        Assert.Equal(0, _limiter.Count);
    }

    [Fact]
    public void Asking_for_a_known_source_allocates_nothing()
    {
        UdpEndpoint source = UdpEndpoint.FromIPv4(1, 1);
        _limiter.Allow(in source, At(0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 1000; i++) _limiter.Allow(in source, At(i));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Property(MaxTest = 100)]
    public bool It_agrees_with_a_bucket_of_tokens_per_source(ulong seed)
    {
        const long Cost = 50_000_000; // a token in nanoseconds of waiting
        var random = new SeededRandom(seed);
        var limiter = new RateLimiter(random);
        var buckets = new Dictionary<uint, (long Tokens, Instant At)>();
        Instant now = At(0);
        // Sources enough that runs of slots form, close and wrap around; pauses short and long, so that buckets come and go.
        uint sources = 1 + (random.NextUInt32() % 200), pace = 1 + (random.NextUInt32() % 40);
        for (int i = 0; i < 2000; i++)
        {
            now += TimeSpan.FromMilliseconds(random.NextUInt32() % pace / 8.0);
            uint source = random.NextUInt32() % sources;
            (long tokens, Instant then) = buckets.GetValueOrDefault(source, (5 * Cost, now));
            tokens = Math.Min(5 * Cost, tokens + now.Nanoseconds - then.Nanoseconds);
            bool expected = tokens >= Cost;
            buckets[source] = (expected ? tokens - Cost : tokens, now);
            if (limiter.Allow(UdpEndpoint.FromIPv4(source, 1), now) != expected) return false;
        }
        return true;
    }
}
