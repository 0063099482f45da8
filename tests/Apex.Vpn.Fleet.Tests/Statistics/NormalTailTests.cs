using Apex.Vpn.Fleet.Statistics;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Statistics;

public sealed class NormalTailTests
{
    // Values of log10(erfc(z / √2) / 2); for 100, where that underflows, of the asymptotic series.
    [Theory]
    [InlineData(-40, 0)]
    [InlineData(-10, 0)]
    [InlineData(-1, -0.07502601295781802)]
    [InlineData(0, -0.3010299956639812)]
    [InlineData(1, -0.7995455414919704)]
    [InlineData(1.959963984540054, -1.602059991327962)]
    [InlineData(3, -2.8696990359293686)]
    [InlineData(8, -15.206142551017152)]
    [InlineData(20, -88.56009534307557)]
    [InlineData(37, -299.2421811786099)]
    [InlineData(100, -2173.8715428690343)]
    public void Tails_are_right_to_twelve_digits(double z, double log10) =>
        Assert.Equal(log10, NormalTail.Log10(z), tolerance: 1e-12 * Math.Max(1, Math.Abs(log10)));

    [Theory]
    [InlineData(0.025, 1.959963984540054)]
    [InlineData(0.005, 2.5758293035489004)]
    [InlineData(1e-8, 5.612001244174789)]
    public void Quantiles_are_the_tables(double tail, double z) => Assert.Equal(z, NormalTail.Quantile(Math.Log10(tail)), tolerance: 1e-9);

    [Property]
    public bool The_tail_falls_everywhere(short where)
    {
        double z = where / 400.0;
        return NormalTail.Log10(z + 0.01) <= NormalTail.Log10(z);
    }
}
