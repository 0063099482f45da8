using System.Net;
using Apex.Vpn.Protocol.Engine.Peers;
using FsCheck.Xunit;
using static Apex.Vpn.Protocol.Tests.Engine.Peers.PrefixOwner;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

[Trait("Item", "41")]
public sealed class AllowedIpPrefixTests
{
    [Theory]
    [InlineData("192.168.7.9/24", "192.168.7.0/24")]
    [InlineData("255.255.255.255/0", "0.0.0.0/0")]
    [InlineData("10.1.2.3/32", "10.1.2.3/32")]
    [InlineData("10.1.2.3/31", "10.1.2.2/31")]
    [InlineData("2001:db8::ffff/64", "2001:db8::/64")]
    [InlineData("ffff::/0", "::/0")]
    [InlineData("2001:db8::1/128", "2001:db8::1/128")]
    [InlineData("::ffff:10.0.0.1/104", "::ffff:10.0.0.0/104")]
    public void Item41_host_bits_are_masked(string given, string expected) => Assert.Equal(expected, Prefix(given).ToString());

    [Fact]
    public void Item41_bits_given_as_numbers_are_masked_too()
    {
        Assert.Equal(Prefix("10.0.0.0/8"), new AllowedIpPrefix(0x0AFFFFFF, 8, IsIPv4: true));
        Assert.Equal(UInt128.Zero, new AllowedIpPrefix(UInt128.MaxValue, 0, IsIPv4: false).Bits);
        Assert.Equal(uint.MaxValue, new AllowedIpPrefix(UInt128.MaxValue, 32, IsIPv4: true).Bits);
    }

    [Fact]
    public void The_families_differ_even_with_equal_bits() =>
        Assert.NotEqual(new AllowedIpPrefix(0, 0, IsIPv4: true), new AllowedIpPrefix(0, 0, IsIPv4: false));

    [Property]
    public bool A_network_survives_the_way_there_and_back(uint address, byte length)
    {
        var network = new IPNetwork(new IPAddress(address), length % 33);
        return AllowedIpPrefix.From(network).ToIPNetwork().Equals(network);
    }
}
