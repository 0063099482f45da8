using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency.Profiles;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Latency.Profiles;

public sealed class PriorTests
{
    private static readonly CountryCode Nl = CountryCode.Parse("NL"), De = CountryCode.Parse("DE"), Jp = CountryCode.Parse("JP");
    private static readonly GeoPoint Unknown = new(double.NaN, double.NaN);
    private static readonly Place Amsterdam = new("Amsterdam", Nl, new GeoPoint(52.37, 4.90));
    private static readonly Place Groningen = new("Groningen", Nl, new GeoPoint(53.22, 6.57));
    private static readonly Place Tokyo = new("Tokyo", Jp, new GeoPoint(35.68, 139.69));

    [Fact]
    public void By_distance_100_km_are_a_millisecond_and_access_takes_5()
    {
        Assert.Equal(5, GeographicPrior.EstimateRtt(Amsterdam.Location, Amsterdam.Location));
        Assert.Equal(98, GeographicPrior.EstimateRtt(Amsterdam.Location, Tokyo.Location), tolerance: 1);
        Assert.Equal(double.NaN, GeographicPrior.EstimateRtt(Unknown, Tokyo.Location));
    }

    [Fact]
    public void Countries_come_before_distance_but_not_within_one()
    {
        CountryPrior prior = CountryPrior.Create([(Nl, Jp, 230), (Nl, Nl, 40)]);

        Assert.Equal(230, prior.EstimateRtt(Amsterdam, Tokyo), tolerance: 3);
        Assert.Equal(230, prior.EstimateRtt(Tokyo, Amsterdam), tolerance: 3);
        Assert.Equal(6.5, prior.EstimateRtt(Amsterdam, Groningen), tolerance: 0.2);
        Assert.Equal(40, prior.EstimateRtt(Amsterdam with { Location = Unknown }, Groningen), tolerance: 0.6);
        Assert.Equal(GeographicPrior.EstimateRtt(Tokyo.Location, Amsterdam.Location), prior.EstimateRtt(Tokyo, Amsterdam with { Country = De }));
        Assert.Equal(double.NaN, prior.EstimateRtt(Tokyo, new Place("Somewhere", De, Unknown)));
    }

    [Fact]
    public void Reading_gives_back_what_was_written()
    {
        CountryPrior written = CountryPrior.Create([(Nl, Jp, 230), (De, Nl, 12), (De, De, double.NaN)]);
        byte[] bytes = new byte[written.EncodedBytes];
        Assert.Equal(bytes.Length, written.Write(bytes));

        Assert.True(CountryPrior.TryRead(bytes, out CountryPrior? read));

        Assert.Equal(3, read.Count);
        Assert.Equal(2 + 6 + 6, bytes.Length);
        foreach (CountryCode one in (CountryCode[])[Nl, De, Jp])
        {
            foreach (CountryCode other in (CountryCode[])[Nl, De, Jp]) Assert.Equal(written.EstimateRtt(one, other), read.EstimateRtt(one, other));
        }
        Assert.Equal(12, read.EstimateRtt(Nl, De), tolerance: 0.2);
        Assert.Throws<ArgumentException>(() => written.Write(new byte[bytes.Length - 1]));
        bytes[0] = 9;
        Assert.False(CountryPrior.TryRead(bytes, out _));
    }

    [Property(MaxTest = 200)]
    public bool Any_bytes_are_refused_or_read_and_never_throw(byte[] bytes, byte position, byte value)
    {
        CountryPrior prior = CountryPrior.Create([(Nl, Jp, 230), (De, Nl, 12)]);
        byte[] damaged = new byte[prior.EncodedBytes];
        prior.Write(damaged);
        damaged[position % damaged.Length] = value;
        return IsRefusedOrWorks([1, .. bytes]) && IsRefusedOrWorks(damaged);

        static bool IsRefusedOrWorks(byte[] encoded) =>
            !CountryPrior.TryRead(encoded, out CountryPrior? read) || (read.EncodedBytes == encoded.Length && !(read.EstimateRtt(Nl, Jp) < 0));
    }

    [Fact]
    public void Bad_countries_are_refused()
    {
        Assert.Throws<ArgumentException>(() => CountryPrior.Create([(default, Nl, 1)]));
        Assert.Throws<ArgumentException>(() => CountryPrior.Create(Enumerable.Range(0, 256).Select(i => (Code(i), Nl, 1.0))));

        static CountryCode Code(int i) => CountryCode.Parse([(char)('A' + (i / 26)), (char)('A' + (i % 26))]);
    }
}
