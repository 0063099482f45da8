using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Packets that say nothing, at the right moments.</summary>
public sealed class KeepaliveTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_persistent_keepalive_is_sent_when_it_is_set_and_then_every_second(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        var capture = scenario.Own(await Capture.Start(tunnel.Left.Net, "cable"));
        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, "persistent-keepalive 1");

        // No packet was to be sent: the handshake is the keepalive's.
        var begin = (await capture.WaitFor("an initiation", static packet => packet.Type == UdpPacket.Initiation)).At;
        await Poll.Until("five keepalives", () => Keepalives(capture).Count() >= 5);
        Assert.NotEqual(0, (await tunnel.Right.Wg.Peer(tunnel.Left.Wg)).LatestHandshake);
        var times = Keepalives(capture).Select(static packet => packet.At.TotalSeconds).ToArray();
        // The first one confirms the key; from it on one a second.
        Assert.InRange(times[4] - begin.TotalSeconds, 3.5, 8);

        await tunnel.Left.Wg.SetPeer(tunnel.Right.Wg, "persistent-keepalive off");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var count = Keepalives(capture).Count();
        await tunnel.Left.Net.PingExactly(tunnel.Right.InnerV4, 3, options: "-i 1");
        Assert.Equal(count, Keepalives(capture).Count());
    }

    // wireguard-go is up before its link is.
    [ApexFact]
    public async Task A_keepalive_set_before_is_sent_when_the_interface_comes_up()
    {
        await using var scenario = new Scenario(output);
        var net = await scenario.Namespace();
        var wg = await WgInterface.Create(scenario, DaemonKind.ApexWg, net);
        using var receiver = await net.Udp("127.0.0.1", 1111);
        await wg.Set($"peer {await Wg.PubKey(await Wg.GenKey())} persistent-keepalive 3600 endpoint 127.0.0.1:1111");
        Assert.Null(await receiver.TryReceive(TimeSpan.FromMilliseconds(300)));

        await wg.Up(1420);
        var (datagram, _) = await receiver.Receive();
        Assert.Equal((UdpPacket.Initiation, 148), (datagram[0], datagram.Length));
    }

    [ApexFact]
    public async Task A_keepalive_that_waited_for_the_private_key_is_sent_when_the_key_comes()
    {
        await using var scenario = new Scenario(output);
        var net = await scenario.Namespace();
        var wg = await WgInterface.Create(scenario, DaemonKind.ApexWg, net);
        await wg.Set("private-key /dev/null");
        using var receiver = await net.Udp("127.0.0.1", 1111);
        await wg.Set($"peer {await Wg.PubKey(await Wg.GenKey())} persistent-keepalive 3600 endpoint 127.0.0.1:1111");
        await wg.Up(1420);
        Assert.Null(await receiver.TryReceive(TimeSpan.FromMilliseconds(300)));

        await wg.Set("private-key /dev/stdin", wg.PrivateKey);
        var (datagram, _) = await receiver.Receive();
        Assert.Equal((UdpPacket.Initiation, 148), (datagram[0], datagram.Length));
    }

    private static IEnumerable<UdpPacket> Keepalives(Capture capture) =>
        capture.Packets.Where(static packet => packet.IsKeepalive && packet.From("172.31.0.1"));
}
