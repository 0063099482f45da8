using System.Globalization;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>What <c>wg show</c> counts is what passed, to the byte.</summary>
public sealed class StatisticsTests(ITestOutputHelper output)
{
    private const int Initiation = 148, Response = 92, Keepalive = 32;

    /// <summary>84 bytes of a ping, padded to 96, and 32 of the message around it.</summary>
    private const int PingMessage = 128;

    [PeerTheory]
    [MemberData(nameof(Pairs.All), MemberType = typeof(Pairs))]
    public async Task Ten_pings_count_exactly_on_both_sides(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await tunnel.Right.Net.PingExactly(tunnel.Left.InnerV4, 10);
        var after = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        var initiator = await tunnel.Right.Wg.Peer(tunnel.Left.Wg);
        Assert.Equal((10 * PingMessage) + Response, initiator.Received);
        // An initiator whose packets wait for the handshake may, but need not, confirm the key by a keepalive first.
        Assert.Contains(initiator.Sent, (long[])[(10 * PingMessage) + Initiation, (10 * PingMessage) + Initiation + Keepalive]);

        var responder = await tunnel.Left.Wg.Peer(tunnel.Right.Wg);
        Assert.Equal(initiator.Received, responder.Sent);
        Assert.Equal(initiator.Sent, responder.Received);

        Assert.InRange(initiator.LatestHandshake, before, after);
        Assert.InRange(responder.LatestHandshake, before, after);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task The_link_counts_the_packets_inside(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
        var before = await LinkBytes(tunnel.Left);
        await tunnel.Right.Net.PingExactly(tunnel.Left.InnerV4, 10);
        var after = await LinkBytes(tunnel.Left);

        // A TUN device counts what crosses it. Neighbour and router messages may add to it.
        Assert.InRange(after.Received - before.Received, 10 * 84, (10 * 84) + 500);
        Assert.InRange(after.Sent - before.Sent, 10 * 84, (10 * 84) + 500);
    }

    private static async Task<(long Received, long Sent)> LinkBytes(TunnelEnd end)
    {
        return (await Read("rx_bytes"), await Read("tx_bytes"));

        async Task<long> Read(string counter)
        {
            var text = (await end.Net.Run("cat", $"/sys/class/net/{end.Wg.Name}/statistics/{counter}")).Checked();
            return long.Parse(text, CultureInfo.InvariantCulture);
        }
    }
}
