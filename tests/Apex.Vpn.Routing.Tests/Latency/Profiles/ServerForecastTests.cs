using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Latency.Profiles;

namespace Apex.Vpn.Routing.Tests.Latency.Profiles;

public sealed class ServerForecastTests
{
    private static readonly CountryCode Nl = CountryCode.Parse("NL"), De = CountryCode.Parse("DE"), Us = CountryCode.Parse("US");
    private static readonly Place Amsterdam = new("Amsterdam", Nl, new GeoPoint(52.37, 4.90));
    private static readonly Place Haarlem = new("Haarlem", Nl, new GeoPoint(52.38, 4.64));
    private static readonly Place Frankfurt = new("Frankfurt", De, new GeoPoint(50.11, 8.68));
    private static readonly Place Dallas = new("Dallas", Us, new GeoPoint(32.78, -96.80));

    private static readonly LatencyProfiles Profiles = new ProfileBuilder([Amsterdam, Frankfurt], [0, 7, 7, 0]).Build();

    [Fact]
    public void Measured_comes_before_profile_and_profile_before_prior()
    {
        var forecast = new ServerForecast(List(Amsterdam, Amsterdam, Frankfurt, Dallas), Profiles);
        Assert.Equal(default, forecast.Estimate(0));

        forecast.Locate(Amsterdam);
        Assert.Equal(LatencySource.Prior, forecast.Estimate(0).Source);
        Assert.Equal(5, forecast.Estimate(0).Rtt);

        forecast.AddRtt(0, TimeSpan.FromMilliseconds(12));
        var estimates = new LatencyEstimate[4];
        forecast.Fill(estimates);

        Assert.Equal(
            [LatencySource.Measured, LatencySource.Profile, LatencySource.Profile, LatencySource.Prior], estimates.Select(static estimate => estimate.Source));
        Assert.Equal(12, estimates[0].Rtt, tolerance: 0.01);
        Assert.Equal(12, estimates[1].Rtt, tolerance: 0.01); // its neighbour's
        Assert.InRange(estimates[2].Rtt, 5, 20);
        Assert.InRange(estimates[3].Rtt, 75, 90);

        forecast.Forget();
        Assert.Equal(LatencySource.Prior, forecast.Estimate(0).Source);
    }

    [Fact]
    public void A_new_city_next_to_a_known_one_shares_its_column_and_one_far_away_has_its_prior()
    {
        var forecast = new ServerForecast(List(Amsterdam, Haarlem, Dallas), Profiles);
        forecast.Locate(Frankfurt);
        forecast.AddRtt(0, TimeSpan.FromMilliseconds(9));

        Assert.Equal(LatencySource.Profile, forecast.Estimate(1).Source);
        Assert.Equal(LatencySource.Prior, forecast.Estimate(2).Source);
    }

    [Fact]
    public void Clients_share_out_a_sites_servers()
    {
        var forecast = new ServerForecast(List(Amsterdam, Amsterdam, Amsterdam, Frankfurt), Profiles);

        int[] asked = [.. Enumerable.Range(0, 8).Select(draw => forecast.NextProbe((uint)draw)).Distinct().Order()];

        Assert.True(asked is [0, 1, 2] or [3], string.Join(' ', asked));
    }

    [Fact]
    public void Every_site_with_servers_is_asked_once_and_one_without_is_skipped()
    {
        var forecast = new ServerForecast(List(Amsterdam, Dallas), Profiles);
        Assert.Equal(0, forecast.NextProbe(7));
        forecast.AddLoss(0);

        Assert.Equal(-1, forecast.NextProbe(7));
    }

    [Fact]
    public void Without_profiles_the_nearest_are_asked_first()
    {
        var forecast = new ServerForecast(List(Dallas, Frankfurt, Amsterdam));
        forecast.Locate(Amsterdam);
        var order = new List<int>();
        while (forecast.NextProbe(0) is var server and >= 0)
        {
            order.Add(server);
            forecast.AddLoss(server);
        }

        Assert.Equal([2, 1, 0], order);
    }

    [Fact]
    public void Countries_are_asked_where_a_table_is_given()
    {
        CountryPrior countries = CountryPrior.Create([(Nl, Us, 150)]);
        var forecast = new ServerForecast(List(Dallas), countries: countries);

        forecast.Locate(new Place("", Nl, new GeoPoint(double.NaN, double.NaN)));
        Assert.Equal(150, forecast.Estimate(0).Rtt, tolerance: 2);

        forecast.Locate(null);
        Assert.False(forecast.Estimate(0).IsKnown);
    }

    [Fact]
    public void Probes_and_estimates_of_ten_thousand_servers_allocate_nothing()
    {
        Place[] places = [.. Enumerable.Range(0, 500).Select(static i => new Place($"City {i}", De, new GeoPoint((i % 90) - 45, (i * 7 % 360) - 180)))];
        double[] mesh = [.. places.SelectMany(one => places.Select(other => GeographicPrior.EstimateRtt(one.Location, other.Location)))];
        var forecast = new ServerForecast(
            List([.. Enumerable.Range(0, 10_000).Select(i => places[i % 500])]), new ProfileBuilder(places, mesh).Build());
        var estimates = new LatencyEstimate[10_000];
        Decide();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Decide();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(estimates, static estimate => Assert.True(estimate.IsKnown));

        void Decide()
        {
            forecast.Forget();
            forecast.Locate(places[3]);
            for (int probe = 0; probe < 8; probe++)
            {
                if (forecast.NextProbe((uint)probe) is var server and >= 0) forecast.AddRtt(server, TimeSpan.FromMilliseconds(20 + probe));
            }
            forecast.Fill(estimates);
        }
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        var forecast = new ServerForecast(List(Amsterdam), Profiles);

        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Estimate(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.AddLoss(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.AddRtt(0, TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentException>(() => forecast.Fill(new LatencyEstimate[2]));
    }

    private static ServerList List(params Place[] places) => new()
    {
        Version = 1,
        Issued = DateTimeOffset.UnixEpoch,
        Expires = DateTimeOffset.MaxValue,
        Servers =
        [
            .. places.Select(static (place, i) => new Server
            {
                Id = new Guid(i, 0, 0, new byte[8]),
                Name = $"server-{i}",
                Place = place,
                Endpoints = [],
                Keys = [],
                Capacity = 1000,
            }),
        ],
    };
}
