using System.Net;
using System.Runtime.Versioning;
using Apex.Vpn.Interop.Tests.Harness;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Notices;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>A stock client of a node that tells its clients when it goes away: it cannot tell the difference, and hears nothing.</summary>
[SupportedOSPlatform("linux")]
public sealed class NoticesTests(ITestOutputHelper output)
{
    private const string ClientIp = "10.77.0.1", NodeIp = "10.77.0.2";
    private const int NoticePort = 51819;

    public static TheoryData<DaemonKind> Clients => [DaemonKind.WireGuardGo, DaemonKind.WireGuardGoOld];

    [PeerTheory]
    [MemberData(nameof(Clients))]
    public async Task A_stock_client_gets_the_same_datagrams_whether_its_node_has_notices_or_not(DaemonKind client)
    {
        var without = await Talk(client, new WireGuardDeviceOptions());
        var with = await Talk(client, new WireGuardDeviceOptions { NoticeNode = new NoticeNodeOptions { Addresses = [IPAddress.Parse(NodeIp)] } });

        Assert.Equal((true, UdpPacket.Initiation, 148), without[0]);
        Assert.Equal((false, UdpPacket.Response, 92), without[1]);
        Assert.Equal(2 + (2 * 11), without.Count);
        Assert.Equal(without, with);
    }

    /// <summary>Who sent what, type and length, while a client pings a node that meanwhile has something to tell.</summary>
    private async Task<List<(bool ByClient, int Type, int Length)>> Talk(DaemonKind kind, WireGuardDeviceOptions options)
    {
        await using var scenario = new Scenario(output);
        var (left, right) = (await scenario.Namespace(), await scenario.Namespace());
        await Veth.Connect(new(left, "cable", "172.31.0.1/24", "fd31::1/64"), new(right, "cable", "172.31.0.2/24", "fd31::2/64"), 1500);
        var client = await WgInterface.Create(scenario, kind, left);
        var node = scenario.Own(await EngineNode.Create(right, 51820, NodeIp, client.PublicKey, ClientIp, options));
        await client.Set($"listen-port 51820 peer {node.PublicKey} allowed-ips {NodeIp}/32 endpoint 172.31.0.2:51820");
        await client.Up(1420, ClientIp + "/24");
        var cable = scenario.Own(await Capture.Start(left, "cable"));
        var inside = scenario.Own(await Capture.Start(left, client.Name));

        // The first makes the session; then apart from one another, so that no two answers leave as one segmented datagram.
        await left.Ping(NodeIp);
        await left.PingExactly(NodeIp, 5, options: "-i 0.2");
        if (options.NoticeNode is not null)
        {
            Assert.False(node.Device.Notices.Notify(Protocol.PublicKey.Parse(client.PublicKey), NoticeKind.Closing, []));
            Assert.Equal(0, node.Device.Notices.NotifyAll(NoticeKind.Closing, []));
            Assert.Equal(0, await node.Device.Notices.AnnounceClosingAsync());
        }
        await left.PingExactly(NodeIp, 5, options: "-i 0.2");
        await cable.WaitFor("the last answer", _ => cable.Packets.Count(Answers) == 11);

        Assert.DoesNotContain(inside.Packets, static packet => packet.SourcePort == NoticePort || packet.DestinationPort == NoticePort);
        return [.. cable.Packets.Select(static packet => (packet.From("172.31.0.1"), packet.Type, packet.Payload.Length))];
    }

    private static bool Answers(UdpPacket packet) => packet.From("172.31.0.2") && packet.Type == UdpPacket.Transport && !packet.IsKeepalive;
}
