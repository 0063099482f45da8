using System.Text;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Congestion marks pass through the tunnel as RFC 6040 has it, and handshakes are marked as urgent. wireguard-go does neither.</summary>
public sealed class EcnTests(ITestOutputHelper output)
{
    private const int NotEct = 0, Ect0 = 2, CongestionExperienced = 3;

    [ApexTheory]
    [MemberData(nameof(Pairs.LeftApex), MemberType = typeof(Pairs))]
    public async Task Outer_packets_bear_the_inner_mark_and_nothing_else_of_the_traffic_class(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        foreach (var outerV6 in (bool[])[false, true])
        {
            var tunnel = await Tunnel.Create(scenario, left, right, new() { OuterV6 = outerV6 });
            var capture = scenario.Own(await Capture.Start(tunnel.Left.Net, "cable"));
            await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
            var source = outerV6 ? tunnel.Left.OuterV6 : tunnel.Left.OuterV4;
            var initiation = await capture.WaitFor("the initiation", static packet => packet.Type == UdpPacket.Initiation);
            Assert.Equal(0x88, initiation.TrafficClass);
            foreach (var target in (string[])[tunnel.Right.InnerV4, tunnel.Right.InnerV6])
            {
                foreach (var (inner, size) in ((int, int)[])[(0xb8, 100), (0xba, 200), (0x01, 300), (0x03, 400), (0x00, 500)])
                {
                    // Each size leads to a length of its own, so that the datagram can be told.
                    await tunnel.Left.Net.Ping(target, size, $"-Q {inner}");
                    var header = target.Contains(':') ? 48 : 28;
                    var length = 32 + ((size + header + 15) / 16 * 16);
                    var packet = await capture.WaitFor(
                        $"{length} bytes", packet => packet.From(source) && packet.Type == UdpPacket.Transport && packet.Payload.Length == length);
                    Assert.Equal(inner & 3, packet.TrafficClass);
                }
            }
        }
    }

    [ApexFact]
    public async Task A_response_is_as_urgent_as_an_initiation()
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, DaemonKind.WireGuardGo, DaemonKind.ApexWg);
        var capture = scenario.Own(await Capture.Start(tunnel.Left.Net, "cable"));
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        Assert.Equal(0x88, (await capture.WaitFor("the response", static packet => packet.Type == UdpPacket.Response)).TrafficClass);
    }

    [ApexTheory]
    [MemberData(nameof(Pairs.LeftApex), MemberType = typeof(Pairs))]
    public async Task Congestion_met_on_the_way_reaches_the_inner_packet(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
        // The cable is congested: everything on it is marked, whether the sender knows of marks or not.
        await tunnel.Right.Net.Nft(
            "table inet congestion { chain out { type filter hook postrouting priority 0; oifname cable udp sport 51820 ip ecn set ce; }; }");
        foreach (var (source, target, family) in ((string, string, string)[])
            [(tunnel.Right.InnerV4, tunnel.Left.InnerV4, "ip"), (tunnel.Right.InnerV6, tunnel.Left.InnerV6, "ip6")])
        {
            using var receiver = await tunnel.Left.Net.Udp(target, 7000);
            var inside = scenario.Own(await Capture.Start(tunnel.Left.Net, tunnel.Left.Wg.Name));
            foreach (var (mark, port) in ((int, int)[])[(NotEct, 7100), (Ect0, 7102), (CongestionExperienced, 7103)])
            {
                await tunnel.Right.Net.Nft(
                    "table inet inner\ndelete table inet inner\n" +
                    $"table inet inner {{ chain out {{ type filter hook output priority 0; udp dport 7000 {family} ecn set {mark}; }}; }}");
                using var sender = await tunnel.Right.Net.Udp(source, port);
                await sender.Send(Encoding.ASCII.GetBytes($"{mark}"), target, 7000);
            }

            // A sender that does not know of marks can only be told by a loss: its packet does not arrive, those after it do.
            Assert.Equal($"{Ect0}", Encoding.ASCII.GetString((await receiver.Receive()).Datagram));
            Assert.Equal($"{CongestionExperienced}", Encoding.ASCII.GetString((await receiver.Receive()).Datagram));
            foreach (var port in (int[])[7102, 7103])
            {
                Assert.Equal(CongestionExperienced, (await inside.WaitFor($"port {port}", packet => packet.SourcePort == port)).Ecn);
            }

            Assert.DoesNotContain(inside.Packets, static packet => packet.SourcePort == 7100);
        }
    }
}
