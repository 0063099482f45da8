using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Latency;

public sealed class LatencyMapTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(7);

    private readonly LatencyMap _map = new();

    [Fact]
    public void What_was_measured_stands_in_for_what_was_guessed_and_nothing_else_does()
    {
        _map.Adopt(Lists.Of(1, 2, 3));
        _map.AddSample(1, IpVersion.V4, Ms(20), Start);
        LatencyEstimate guess = new(90, 1, 0, LatencySource.Prior);
        LatencyEstimate[] estimates = [guess, guess, guess];

        Assert.Equal(1, _map.Fill(estimates, Start));

        Assert.Equal([guess, new LatencyEstimate(20, 0, 0, LatencySource.Measured), guess], estimates);
        Assert.Equal(estimates[1], _map.Estimate(1, Start));
        Assert.False(_map.Estimate(0, Start).IsKnown);
    }

    [Fact]
    public void Old_measurements_count_no_more()
    {
        _map.Adopt(Lists.Of(1));
        _map.AddSample(0, IpVersion.V4, Ms(20), Start);
        LatencyEstimate[] estimates = [new(90, 1, 0, LatencySource.Profile)];

        Assert.Equal(0, _map.Fill(estimates, Start + TimeSpan.FromMinutes(30) + TimeSpan.FromTicks(1)));
        Assert.Equal(LatencySource.Profile, estimates[0].Source);
        Assert.Equal(1, _map.Fill(estimates, Start + TimeSpan.FromMinutes(30)));
    }

    [Fact]
    public void A_new_list_keeps_measurements_by_id()
    {
        _map.Adopt(Lists.Of(1, 2, 3));
        for (int i = 0; i < 3; i++) _map.AddSample(i, IpVersion.V4, Ms(10 * (i + 1)), Start);

        _map.Adopt(Lists.Of(9, 3, 1));

        Assert.False(_map.Estimate(0, Start).IsKnown);
        Assert.Equal(30, _map.Estimate(1, Start).Rtt);
        Assert.Equal(10, _map.Estimate(2, Start).Rtt);
        Assert.Equal(3, _map.Count);

        _map.Adopt(Lists.Of(2)); // was gone in between
        Assert.False(_map.Estimate(0, Start).IsKnown);
    }

    [Fact]
    public void A_list_that_names_an_id_twice_gives_the_measurements_to_one()
    {
        _map.Adopt(Lists.Of(1));
        _map.AddSample(0, IpVersion.V4, Ms(10), Start);

        _map.Adopt(Lists.Of(1, 1));
        _map.AddSample(1, IpVersion.V4, Ms(70), Start);

        Assert.Equal(10, _map.Estimate(0, Start).Rtt);
        Assert.Equal(70, _map.Estimate(1, Start).Rtt);
    }

    [Fact]
    public void Memory_is_bounded_and_the_server_longest_not_probed_makes_room()
    {
        var map = new LatencyMap(new LatencyMapOptions { Capacity = 8 });
        map.Adopt(Lists.Of([.. Enumerable.Range(0, 100)]));
        for (int i = 0; i < 8; i++) map.AddSample(i, IpVersion.V4, Ms(10 + i), Start + TimeSpan.FromSeconds(i));
        map.AddLoss(0, IpVersion.V4, Start + TimeSpan.FromSeconds(20));

        map.AddSample(50, IpVersion.V4, Ms(5), Start + TimeSpan.FromSeconds(30));

        Assert.Equal(10, map.Estimate(0, Start).Rtt);
        Assert.False(map.Estimate(1, Start).IsKnown);
        Assert.Equal(5, map.Estimate(50, Start).Rtt);
        Assert.Equal(TimeSpan.MaxValue, map.SinceProbed(1, Start));
        Assert.Equal(TimeSpan.FromSeconds(10), map.SinceProbed(50, Start + TimeSpan.FromSeconds(40)));
    }

    [Fact]
    public void A_server_that_went_silent_looks_lost_and_not_like_one_of_little_loss()
    {
        _map.Adopt(Lists.Of(1, 2));
        for (int i = 0; i < 60; i++) _map.AddSample(0, IpVersion.V4, Ms(20), Start);
        for (int i = 0; i < 3; i++) _map.AddLoss(0, IpVersion.V4, Start);
        for (int i = 0; i < 3; i++) _map.AddLoss(1, IpVersion.V4, Start); // never answered
        LatencyEstimate[] estimates = [default, new(90, 1, 0, LatencySource.Prior)];

        Assert.Equal(2, _map.Fill(estimates, Start));

        Assert.Equal(new LatencyEstimate(20, 0, 1, LatencySource.Measured), estimates[0]);
        Assert.Equal(new LatencyEstimate(90, 1, 1, LatencySource.Prior), estimates[1]);
    }

    [Fact]
    public void An_answer_faster_than_light_does_not_count()
    {
        _map.Adopt(Lists.Of(1));

        Assert.False(_map.AddSample(0, IpVersion.V4, Ms(19), Start, kilometres: 3000));
        Assert.False(_map.Estimate(0, Start).IsKnown);
        Assert.True(_map.AddSample(0, IpVersion.V4, Ms(20), Start, kilometres: 3000));
    }

    [Fact]
    public void A_handshake_replaces_what_probes_said_and_tells_whether_they_were_honest()
    {
        _map.Adopt(Lists.Of(1));
        Assert.True(_map.AddHandshake(0, IpVersion.V4, Ms(500), Start)); // nothing was promised
        _map.Forget();
        for (int i = 0; i < 20; i++) _map.AddSample(0, IpVersion.V4, Ms(20), Start);

        Assert.True(_map.AddHandshake(0, IpVersion.V4, Ms(30), Start));
        Assert.Equal(30, _map.Estimate(0, Start).Rtt);
        Assert.False(_map.AddHandshake(0, IpVersion.V4, Ms(46), Start));
        Assert.Equal(1, _map.Find(0, IpVersion.V4)!.Samples);
    }

    [Fact]
    public void The_estimate_is_that_of_the_version_in_use()
    {
        _map.Adopt(Lists.Of(Lists.Server(1, Lists.V4, Lists.V6)));
        Assert.Equal(IpVersion.V6, _map.Prefer(0));
        _map.AddSample(0, IpVersion.V6, Ms(80), Start);
        _map.AddSample(0, IpVersion.V4, Ms(40), Start);

        Assert.Equal(IpVersion.V4, _map.Prefer(0));
        Assert.Equal(40, _map.Estimate(0, Start).Rtt);
    }

    [Fact]
    public void A_server_without_a_datagram_endpoint_is_not_reached()
    {
        _map.Adopt(Lists.Of(new Server
        {
            Id = Lists.Id(1),
            Name = "tcp",
            Place = new Place("Somewhere", default, default),
            Endpoints = [new ServerEndpoint(TransportKind.WireGuardTcp, Lists.V4)],
            Keys = [],
            Capacity = 1,
        }, Lists.Server(2, Lists.V6)));

        Assert.Null(_map.Prefer(0));
        Assert.Equal(IpVersion.V6, _map.Prefer(1));
    }

    [Fact]
    public void Another_network_makes_all_measurements_void()
    {
        _map.Adopt(Lists.Of(1, 2));
        _map.AddSample(1, IpVersion.V4, Ms(20), Start);

        _map.Forget();

        Assert.Equal(0, _map.Fill(new LatencyEstimate[2], Start));
        _map.AddSample(0, IpVersion.V4, Ms(30), Start);
        Assert.False(_map.Estimate(1, Start).IsKnown);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Servers_that_are_not_in_the_list_are_refused(int server)
    {
        _map.Adopt(Lists.Of(1, 2));

        Assert.Throws<ArgumentOutOfRangeException>(() => _map.AddSample(server, IpVersion.V4, Ms(1), Start));
        Assert.Throws<ArgumentOutOfRangeException>(() => _map.AddLoss(server, IpVersion.V4, Start));
        Assert.Throws<ArgumentOutOfRangeException>(() => _map.Prefer(server));
        Assert.Throws<ArgumentException>(() => _map.Fill(new LatencyEstimate[1], Start));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Equal("Capacity", Assert.Throws<ArgumentOutOfRangeException>(static () => new LatencyMap(new LatencyMapOptions { Capacity = 7 })).ParamName);
        Assert.Equal("MaxAge", Assert.Throws<ArgumentOutOfRangeException>(
            static () => new LatencyMap(new LatencyMapOptions { MaxAge = TimeSpan.FromDays(2) })).ParamName);
    }

    [Fact]
    public void Measuring_and_filling_allocate_nothing_in_the_steady_state()
    {
        _map.Adopt(Lists.Of([.. Enumerable.Range(0, 1000)]));
        LatencyEstimate[] estimates = new LatencyEstimate[1000];
        Round(Start);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(Start + TimeSpan.FromSeconds(1));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Round(TimeSpan now)
        {
            for (int i = 0; i < 1000; i++) _map.AddSample(i, IpVersion.V4, Ms(20), now);
            _map.Fill(estimates, now);
        }
    }

    // Whatever lists come and whatever is measured: a server has what was last measured of its id, or nothing.
    [Property]
    public bool Measurements_never_change_their_server(byte[] steps)
    {
        var map = new LatencyMap(new LatencyMapOptions { Capacity = 8 });
        int[] list = [0, 1, 2, 3];
        map.Adopt(Lists.Of(list));
        foreach (byte step in steps)
        {
            if (step % 3 == 0)
            {
                list = [.. Enumerable.Range(0, 4 + (step % 17)).Select(i => (i * 7 + step) % 40).Distinct()];
                map.Adopt(Lists.Of(list));
            }
            else
            {
                map.AddSample(step % list.Length, IpVersion.V4, Ms(1000 + list[step % list.Length]), Start);
            }
            for (int i = 0; i < list.Length; i++)
            {
                if (map.Estimate(i, Start) is { IsKnown: true } estimate && Math.Abs(estimate.Rtt - 1000 - list[i]) > 1e-6) return false;
            }
        }
        return true;
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
