using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Strangers who send what they like get no answer and do no harm.</summary>
public sealed class HostileTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Datagrams_of_any_content_and_length_are_met_with_silence(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { OuterMtu = 65535 });
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var capture = scenario.Own(await Capture.Start(tunnel.Left.Net, "cable"));
        using var stranger = await tunnel.Left.Net.Udp(tunnel.Left.OuterV4, 6666);
        int[] lengths = [.. Enumerable.Range(0, 200), 1000, 1500, 2048, 9000, 65507];
        foreach (var length in lengths)
        {
            for (byte type = 0; type < 6; type++)
            {
                var datagram = RandomNumberGenerator.GetBytes(length);
                // A known type, reserved bytes of zero; the rest is noise.
                if (length >= 4) new byte[] { type, 0, 0, 0 }.CopyTo(datagram, 0);
                await stranger.Send(datagram, tunnel.Right.OuterV4, TunnelEnd.Port);
            }
        }

        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4, 1000);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV6, 1000);
        Assert.DoesNotContain(capture.Packets, static packet => packet.DestinationPort == 6666);
        Assert.Equal(tunnel.Left.Endpoint(v6: false), (await tunnel.Right.Wg.Peer(tunnel.Left.Wg)).Endpoint);
    }

    [PeerTheory]
    [Trait("Category", "Stress")]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Under_a_flood_of_handshakes_a_cookie_lets_the_honest_one_through(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        var strangers = await scenario.Namespace();
        await Veth.Connect(new(strangers, "cable", "172.32.0.1/24"), new(tunnel.Right.Net, "flood", "172.32.0.2/24"));
        var capture = scenario.Own(await Capture.Start(tunnel.Left.Net, "cable"));
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var copied = (await capture.WaitFor("an initiation", static packet => packet.Type == UdpPacket.Initiation)).Payload;

        using var end = new CancellationTokenSource();
        var flood = Flood(strangers, copied, end.Token);
        // A new key on the left, so that a handshake is due, and data that asks for it. Without a session its address means nothing any more:
        // an engine may let known clients in without a cookie.
        await tunnel.Right.Wg.SetPeer(tunnel.Left.Wg, "remove");
        await tunnel.Left.Wg.ChangeKey();
        await tunnel.Right.Wg.SetPeer(tunnel.Left.Wg, $"allowed-ips {tunnel.Left.InnerV4}/32");
        var ping = tunnel.Left.Net.Ping(tunnel.Right.InnerV4, options: "-w 50");
        var cookie = await capture.WaitFor("a cookie", static packet => packet.Type == UdpPacket.CookieReply, TimeSpan.FromSeconds(40));
        Assert.Equal(64, cookie.Payload.Length);
        await capture.WaitFor(
            "an initiation that shows the cookie",
            packet => packet.At > cookie.At && packet.Type == UdpPacket.Initiation && packet.Payload.AsSpan(132).ContainsAnyExcept((byte)0));
        await ping;
        await end.CancelAsync();
        Assert.True(await flood > 10_000, "not much of a flood");
    }

    /// <summary>Sends copies of an initiation, authentic to the first look, as fast as one thread can.</summary>
    private static async Task<int> Flood(NetNamespace strangers, byte[] initiation, CancellationToken end)
    {
        using var stranger = await strangers.Udp("172.32.0.1");
        var target = new IPEndPoint(IPAddress.Parse("172.32.0.2"), TunnelEnd.Port).Serialize();
        return await Task.Run(
            () =>
            {
                var count = 0;
                for (; !end.IsCancellationRequested; count++) stranger.SendTo(initiation, SocketFlags.None, target);
                return count;
            },
            CancellationToken.None);
    }
}
