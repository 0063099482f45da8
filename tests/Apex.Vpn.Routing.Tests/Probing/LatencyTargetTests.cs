using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Probing;
using Apex.Vpn.Routing.Tests.Latency;

namespace Apex.Vpn.Routing.Tests.Probing;

public sealed class LatencyTargetTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly PublicKey _old = PrivateKey.Generate().DerivePublicKey(), _new = PrivateKey.Generate().DerivePublicKey();

    [Fact]
    public void The_newest_key_in_use_is_asked_for_at_the_endpoint_of_the_version()
    {
        Assert.True(LatencyTarget.TryCreate(new ProbeOrder(0, IpVersion.V6), List(), Now, out LatencyTarget? target));
        Assert.Equal((Lists.V6, _new), (target.Endpoint, target.Key));

        Assert.True(LatencyTarget.TryCreate(new ProbeOrder(0, IpVersion.V4), List(), Now.AddDays(-5), out target));
        Assert.Equal((Lists.V4, _old), (target.Endpoint, target.Key)); // before the new one is in use
    }

    [Fact]
    public void A_revoked_key_is_not_used()
    {
        Assert.True(LatencyTarget.TryCreate(new ProbeOrder(0, IpVersion.V4), List(_new), Now, out LatencyTarget? target));
        Assert.Equal(_old, target.Key);
        Assert.False(LatencyTarget.TryCreate(new ProbeOrder(0, IpVersion.V4), List(_new, _old), Now, out target));
        Assert.Null(target);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_server_that_is_not_in_the_list_is_no_target(int server) =>
        Assert.False(LatencyTarget.TryCreate(new ProbeOrder(server, IpVersion.V4), List(), Now, out _));

    [Fact]
    public void A_version_that_is_not_offered_is_no_target() =>
        Assert.False(LatencyTarget.TryCreate(new ProbeOrder(0, IpVersion.V6), Lists.Of(1), Now, out _));

    private ServerList List(params PublicKey[] revoked)
    {
        Server server = Lists.Server(1, Lists.V4, Lists.V6);
        return new ServerList
        {
            Version = 1,
            Issued = Now,
            Expires = Now.AddDays(1),
            RevokedKeys = revoked,
            Servers =
            [
                new Server
                {
                    Id = server.Id,
                    Name = server.Name,
                    Place = server.Place,
                    Endpoints = server.Endpoints,
                    Keys = [new(_old, Now.AddDays(-30), Now.AddDays(1)), new(_new, Now.AddDays(-1), Now.AddDays(30))],
                    Capacity = 1,
                },
            ],
        };
    }
}
