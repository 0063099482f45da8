using Apex.Vpn.Protocol.Probes;

namespace Apex.Vpn.Protocol.Tests.Probes;

public sealed class ProbePlausibilityTests
{
    [Theory]
    [InlineData(9.99, 1500, false)]
    [InlineData(10, 1500, true)]
    [InlineData(11, 1500, true)]
    [InlineData(0, 0, true)]
    public void No_round_trip_is_faster_than_150_km_per_ms(double milliseconds, double kilometres, bool fits) =>
        Assert.Equal(fits, ProbePlausibility.FitsDistance(TimeSpan.FromMilliseconds(milliseconds), kilometres));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_distance_is_a_number_from_zero(double kilometres) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ProbePlausibility.FitsDistance(TimeSpan.FromSeconds(1), kilometres));

    [Theory]
    [InlineData(30, 39, 100, false)]
    [InlineData(30, 40, 100, true)]
    [InlineData(1, 100, 100, true)]
    public void Two_nodes_seem_no_nearer_to_each_other_than_they_are(double one, double other, double between, bool fits) =>
        Assert.Equal(fits, ProbePlausibility.FitsMesh(
            TimeSpan.FromMilliseconds(one), TimeSpan.FromMilliseconds(other), TimeSpan.FromMilliseconds(between)));

    [Theory]
    [InlineData(14, 10, true)]
    [InlineData(15, 10, true)]
    [InlineData(15.1, 10, false)]
    public void A_handshake_takes_no_longer_than_the_probe_promised(double handshake, double probe, bool fits) =>
        Assert.Equal(fits, ProbePlausibility.FitsProbe(TimeSpan.FromMilliseconds(handshake), TimeSpan.FromMilliseconds(probe)));
}
