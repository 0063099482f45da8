using System.Net;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Tests.Model;

public sealed class AddressPoolTests
{
    private static readonly AddressPool Pool = new("main", IPNetwork.Parse("10.64.0.0/10"), IPNetwork.Parse("fd00:64::/64"));

    [Fact]
    public void An_index_gives_both_addresses()
    {
        Assert.Equal((1 << 22) - 3, Pool.Capacity);
        Assert.Equal((IPAddress.Parse("10.64.0.2"), IPAddress.Parse("fd00:64::2")), (Pool.GetV4(0), Pool.GetV6(0)));
        Assert.Equal(IPAddress.Parse("10.127.255.254"), Pool.GetV4(Pool.Capacity - 1));
        Assert.Equal(IPAddress.Parse("fd00:64::3f:fffe"), Pool.GetV6(Pool.Capacity - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pool.GetV4(Pool.Capacity));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pool.GetV6(-1));
    }

    [Theory]
    [InlineData("", "10.0.0.0/24", "fd00::/64")]
    [InlineData("x", "fd00::/64", "fd00::/64")]
    [InlineData("x", "10.0.0.0/30", "fd00::/64")]
    [InlineData("x", "10.0.0.0/24", "10.0.0.0/24")]
    [InlineData("x", "10.0.0.0/24", "fd00::/97")]
    public void Networks_that_do_not_fit_are_refused(string name, string v4, string v6) =>
        Assert.ThrowsAny<ArgumentException>(() => new AddressPool(name, IPNetwork.Parse(v4), IPNetwork.Parse(v6)));

    [Fact]
    public void Places_that_devices_try_first_are_spread_evenly()
    {
        var counts = new int[64];
        var random = new Random(1);
        var bytes = new byte[16];
        for (int i = 0; i < 6400; i++)
        {
            random.NextBytes(bytes);
            counts[AddressProbe.At(new Guid(bytes), 0, counts.Length)]++;
        }

        // 100 each on average; 5 standard deviations are 50.
        Assert.All(counts, static count => Assert.InRange(count, 50, 150));
        var id = new Guid(bytes);
        IEnumerable<long> tries = Enumerable.Range(0, AddressProbe.Count).Select(attempt => AddressProbe.At(id, attempt, Pool.Capacity));
        Assert.InRange(tries.Distinct().Count(), 15, 16);
    }
}
