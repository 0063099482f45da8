using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Packets of every size a link can have, whole or in outer fragments.</summary>
public sealed class MtuTests(ITestOutputHelper output)
{
    /// <summary>The largest MTU of the kernel's own test.</summary>
    private const int Huge = 34736;

    private const int HeaderV4 = 28, HeaderV6 = 48;

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task The_smallest_IPv6_MTU_1280(DaemonKind left, DaemonKind right) => Carries(left, right, 1280, 1500, outerV6: false);

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task The_usual_MTU_1420_fits_an_Ethernet_frame_over_IPv6(DaemonKind left, DaemonKind right) =>
        Carries(left, right, 1420, 1500, outerV6: true);

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task Jumbo_frames_with_MTU_8920(DaemonKind left, DaemonKind right) => Carries(left, right, 8920, 9000, outerV6: true);

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task MTU_34736_over_a_link_that_holds_it(DaemonKind left, DaemonKind right)
    {
        await Carries(left, right, Huge, 65535, outerV6: false);
        await Carries(left, right, Huge, 65535, outerV6: true);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Fragmenting), MemberType = typeof(Pairs))]
    public Task MTU_9000_in_outer_fragments_of_1500(DaemonKind left, DaemonKind right) => Carries(left, right, 9000, 1500, outerV6: false);

    [PeerTheory]
    [MemberData(nameof(Pairs.Fragmenting), MemberType = typeof(Pairs))]
    public Task MTU_34736_in_outer_fragments_of_1500(DaemonKind left, DaemonKind right) => Carries(left, right, Huge, 1500, outerV6: true);

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task The_MTU_may_change_while_packets_flow(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { OuterMtu = 9000 });
        foreach (var mtu in (int[])[1420, 8900, 1280, 4000])
        {
            await tunnel.Left.Net.Ip($"link set {tunnel.Left.Wg.Name} mtu {mtu}");
            await tunnel.Right.Net.Ip($"link set {tunnel.Right.Wg.Name} mtu {mtu}");
            await PingFull(tunnel, mtu);
            Assert.True(await Iperf.Tcp(tunnel.Left.Net, tunnel.Right.Net, tunnel.Right.InnerV4) > 1 << 20);
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Content_is_padded_to_16_bytes_but_never_beyond_the_MTU(DaemonKind left, DaemonKind right)
    {
        const int Mtu = 1290; // not a multiple of 16
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { Mtu = Mtu });
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var capture = scenario.Own(await Capture.Start(tunnel.Left.Net, "cable"));
        foreach (var packet in (int[])[29, 32, 33, 48, 1279, 1280, 1281, 1289, 1290])
        {
            var expected = 32 + Math.Min((packet + 15) / 16 * 16, Mtu);
            var before = capture.Elapsed;
            await tunnel.Left.Net.Ping(tunnel.Right.InnerV4, packet - HeaderV4, "-M do");
            foreach (var end in (TunnelEnd[])[tunnel.Left, tunnel.Right])
            {
                await capture.WaitFor(
                    $"{expected} bytes from {end.OuterV4} for a packet of {packet}",
                    seen => seen.At > before && seen.From(end.OuterV4) && seen.Type == UdpPacket.Transport && seen.Payload.Length == expected);
            }
        }
    }

    private async Task Carries(DaemonKind left, DaemonKind right, int mtu, int outerMtu, bool outerV6)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { Mtu = mtu, OuterMtu = outerMtu, OuterV6 = outerV6 });
        await PingFull(tunnel, mtu);
        foreach (var address in (string[])[tunnel.Right.InnerV4, tunnel.Right.InnerV6])
        {
            var bytes = await Iperf.Tcp(tunnel.Left.Net, tunnel.Right.Net, address);
            Assert.True(bytes > 1 << 20, $"{address}: {bytes} bytes");
        }
    }

    /// <summary>The largest packet that may not be fragmented inside, both ways.</summary>
    private static async Task PingFull(Tunnel tunnel, int mtu)
    {
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4, mtu - HeaderV4, "-M do");
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4, mtu - HeaderV4, "-M do");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV6, mtu - HeaderV6, "-M do");
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV6, mtu - HeaderV6, "-M do");
    }
}
