using System.Net;
using Apex.Vpn.Fleet.Accounts;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Tests.Accounts;

public sealed class InnerAddressPlanTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 16).Select(static i => (byte)i)];

    [Theory]
    [InlineData("10.64.0.0/28", 13)]
    [InlineData("10.64.0.0/24", 253)]
    [InlineData("10.64.0.0/22", 1021)]
    public void Every_place_of_the_pool_comes_once(string pool, int capacity)
    {
        InnerAddressPlan plan = Plan(pool);
        Assert.Equal(capacity, plan.Capacity);
        for (int n = 0; n < 20; n++)
        {
            PublicKey device = Key(n);
            int[] visited = [.. Enumerable.Range(0, capacity).Select(attempt => plan.Candidate(device, attempt))];

            Assert.Equal(Enumerable.Range(0, capacity), visited.Order());
        }
    }

    [Fact]
    public void Network_gateway_and_broadcast_are_nobodys()
    {
        InnerAddressPlan plan = Plan("10.64.0.0/24");
        string[] v4 = [.. Enumerable.Range(0, plan.Capacity).Select(index => plan.AddressesOf(index).V4.ToString())];

        Assert.Equal("10.64.0.1", plan.Gateway.V4.ToString());
        Assert.Equal("fd00:a:b:c::1", plan.Gateway.V6.ToString());
        Assert.DoesNotContain("10.64.0.0", v4);
        Assert.DoesNotContain("10.64.0.1", v4);
        Assert.DoesNotContain("10.64.0.255", v4);
        Assert.Equal(["10.64.0.2", "10.64.0.254"], [v4[0], v4[^1]]);
    }

    [Fact]
    public void The_IPv6_address_has_the_devices_place_in_it()
    {
        (IPAddress v4, IPAddress v6) = Plan("10.64.0.0/10").AddressesOf(0x1234);

        Assert.Equal("10.64.18.54", v4.ToString()); // 0x1234 + 2
        Assert.Equal("fd00:a:b:c::1236", v6.ToString());
    }

    // 80 % of a pool given away: five tries on average for the next, and none that fails.
    [Fact]
    public void A_pool_that_is_nearly_full_still_has_places()
    {
        InnerAddressPlan plan = Plan("10.64.0.0/20");
        var taken = new HashSet<int>();
        int tries = 0, last = 0;
        for (int n = 0; n < plan.Capacity; n++)
        {
            int attempt = 0;
            while (!taken.Add(plan.Candidate(Key(n), attempt))) attempt++;
            if (n >= plan.Capacity * 0.8 && n < plan.Capacity * 0.81) (tries, last) = (tries + attempt + 1, last + 1);
        }
        Assert.Equal(plan.Capacity, taken.Count);
        Assert.InRange((double)tries / last, 2.5, 8);
    }

    [Fact]
    public void Replicas_with_the_same_seed_agree()
    {
        PublicKey device = Key(1);

        Assert.Equal(Plan("10.64.0.0/10").Candidate(device, 3), Plan("10.64.0.0/10").Candidate(device, 3));
    }

    [Fact]
    public void Plans_have_their_forms()
    {
        IPNetwork v4 = IPNetwork.Parse("10.64.0.0/10"), v6 = IPNetwork.Parse("fd00::/64");
        Assert.Throws<ArgumentException>(() => new InnerAddressPlan(v6, v6, Seed));
        Assert.Throws<ArgumentException>(() => new InnerAddressPlan(v4, v4, Seed));
        Assert.Throws<ArgumentException>(() => new InnerAddressPlan(IPNetwork.Parse("10.0.0.0/29"), v6, Seed));
        Assert.Throws<ArgumentException>(() => new InnerAddressPlan(v4, IPNetwork.Parse("fd00::/100"), Seed));
        Assert.Throws<ArgumentException>(() => new InnerAddressPlan(v4, v6, new byte[15]));
        var plan = new InnerAddressPlan(v4, v6, Seed);
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Candidate(Key(1), plan.Capacity));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.AddressesOf(-1));
    }

    private static InnerAddressPlan Plan(string pool) => new(IPNetwork.Parse(pool), IPNetwork.Parse("fd00:a:b:c::/64"), Seed);

    private static PublicKey Key(int number)
    {
        byte[] bytes = new byte[32];
        BitConverter.TryWriteBytes(bytes, number);
        return new PublicKey(bytes);
    }
}
