using System.Text;
using Apex.Vpn.Interop.Tests.Harness;

namespace Apex.Vpn.Interop.Tests.LongRuns;

/// <summary>What happens in a fresh tunnel within minutes; the capture watches the cable from the left side.</summary>
internal sealed record LongRun(string Name, TheoryData<DaemonKind, DaemonKind> Pairs, Func<Tunnel, Capture, Task> Body)
{
    private static readonly TimeSpan Minutes = TimeSpan.FromMinutes(4);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<LongRun> All { get; } =
    [
        new(nameof(Rekey), Harness.Pairs.Main, Rekey),
        new(nameof(Expire), Harness.Pairs.Main, Expire),
        new(nameof(Listen), Harness.Pairs.Main, Listen),
        new(nameof(Reject), Harness.Pairs.Main, Reject),
        new(nameof(AnswerByKeepalive), Harness.Pairs.Main, AnswerByKeepalive),
        new(nameof(AskAgain), Harness.Pairs.LeftMatters, AskAgain),
        new(nameof(GiveUp), Harness.Pairs.LeftMatters, GiveUp),
    ];

    /// <summary>Traffic both ways for 130 s: the initiator starts the second handshake at 120 s and no packet is lost.</summary>
    public static async Task Rekey(Tunnel tunnel, Capture capture)
    {
        var text = (await tunnel.Left.Net.Run("ping", ["-n", "-q", "-i", "0.5", "-c", "260", tunnel.Right.InnerV4], limit: Minutes)).Checked();
        Assert.Contains("260 received", text, StringComparison.Ordinal);
        Assert.InRange(SecondHandshake(tunnel, capture), 119.5, 122);
    }

    /// <summary>Silence for longer than 180 s: nothing is sent, and then the first packet waits for a new handshake.</summary>
    public static async Task Expire(Tunnel tunnel, Capture capture)
    {
        await tunnel.Left.Net.PingExactly(tunnel.Right.InnerV4, 1);
        await AgeOfSession(tunnel, 183);
        // A keepalive after 10 s of silence may answer the last data; nothing else has a reason.
        Assert.DoesNotContain(capture.Packets, static packet => packet.At.TotalSeconds > 30);

        var now = capture.Elapsed;
        await tunnel.Left.Net.PingExactly(tunnel.Right.InnerV4, 1);
        Assert.Equal(UdpPacket.Initiation, capture.Packets.First(packet => packet.At > now).Type);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV4);
    }

    /// <summary>An initiator that only listens renews the session before it ends, and loses nothing.</summary>
    public static async Task Listen(Tunnel tunnel, Capture capture)
    {
        const int Datagrams = 190;
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        using var sender = await tunnel.Right.Net.Udp(tunnel.Right.InnerV4);
        using var receiver = await tunnel.Left.Net.Udp(tunnel.Left.InnerV4, 7000);
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var i = 0; i < Datagrams; i++)
        {
            await sender.Send(Encoding.ASCII.GetBytes($"{i}"), tunnel.Left.InnerV4, 7000);
            Assert.Equal($"{i}", Encoding.ASCII.GetString((await receiver.Receive()).Datagram));
            await second.WaitForNextTickAsync();
        }

        // At 120 s with a keepalive that it has to send, at 165 s at the latest.
        Assert.InRange(SecondHandshake(tunnel, capture), 119.5, 167);
    }

    /// <summary>When no new handshake gets through, the old session carries until 180 s and not longer.</summary>
    public static async Task Reject(Tunnel tunnel, Capture capture)
    {
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var begin = (await capture.WaitFor("the response", static packet => packet.Type == UdpPacket.Response)).At.TotalSeconds;
        // An initiation is the only datagram of 148 bytes here; with its header it has 156.
        await tunnel.Right.Net.Nft("table inet block { chain in { type filter hook input priority 0; udp length 156 drop; }; }");
        await tunnel.Left.Net.Nft("table inet block { chain in { type filter hook input priority 0; udp length 156 drop; }; }");
        var pings = tunnel.Left.Net.Run("ping", ["-n", "-q", "-i", "0.5", "-w", "190", tunnel.Right.InnerV4], limit: Minutes);
        await AgeOfSession(tunnel, 188);
        var data = capture.Packets.Where(static packet => packet.Type == UdpPacket.Transport).ToArray();
        foreach (var side in (string[])["172.31.0.1", "172.31.0.2"])
        {
            Assert.InRange(data.Last(packet => packet.From(side)).At.TotalSeconds - begin, 178, 181.5);
        }

        Assert.InRange(Initiations(capture).Length, 8, 20);
        await tunnel.Right.Net.Nft("delete table inet block");
        await tunnel.Left.Net.Nft("delete table inet block");
        await pings;
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
    }

    /// <summary>Data that nothing answers is answered by a keepalive after 10 s, and that by nothing.</summary>
    public static async Task AnswerByKeepalive(Tunnel tunnel, Capture capture)
    {
        await tunnel.Left.Net.PingExactly(tunnel.Right.InnerV4, 1);
        using var sender = await tunnel.Left.Net.Udp(tunnel.Left.InnerV4);
        using var receiver = await tunnel.Right.Net.Udp(tunnel.Right.InnerV4, 7000);
        await sender.Send([1, 2, 3], tunnel.Right.InnerV4, 7000);
        await receiver.Receive();
        var sent = capture.Packets.Last(static packet => packet.From("172.31.0.1") && packet.Type == UdpPacket.Transport).At;

        var keepalive = await capture.WaitForNext("the keepalive", static packet => packet.From("172.31.0.2") && packet.IsKeepalive);
        Assert.InRange((keepalive.At - sent).TotalSeconds, 9.8, 11);
        await AgeOfSession(tunnel, 35);
        // The left side has its own to answer: the ping's reply. After these two there is silence.
        Assert.DoesNotContain(capture.Packets, packet => packet.At > keepalive.At + TimeSpan.FromSeconds(1));
    }

    /// <summary>Data sent and nothing heard for 15 s: a new handshake is tried.</summary>
    public static async Task AskAgain(Tunnel tunnel, Capture capture)
    {
        await tunnel.Left.Net.PingExactly(tunnel.Right.InnerV4, 1);
        await tunnel.Left.Net.Nft("table inet block { chain in { type filter hook input priority 0; udp sport 51820 drop; }; }");
        var now = capture.Elapsed;
        await tunnel.Left.Net.PingInVain(tunnel.Right.InnerV4, "-c 1");
        var sent = await capture.WaitFor("the ping", packet => packet.At > now && packet.Type == UdpPacket.Transport);
        // wireguard-go repeats an initiation that was answered before it had set its timer: those of the first seconds do not count.
        var grace = TimeSpan.FromSeconds(tunnel.Left.Wg.Daemon.Kind == DaemonKind.ApexWg ? 0 : 10);
        var initiation = await capture.WaitFor(
            "an initiation", packet => packet.At > sent.At + grace && packet.Type == UdpPacket.Initiation);
        Assert.InRange((initiation.At - sent.At).TotalSeconds, 14.9, 16);
        await tunnel.Left.Net.Nft("delete table inet block");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
    }

    /// <summary>A peer that is not there is called every 5 s and a bit, for 90 s, and then no more until there is new data.</summary>
    public static async Task GiveUp(Tunnel tunnel, Capture capture)
    {
        await tunnel.Right.Net.Nft("table inet block { chain in { type filter hook input priority 0; udp dport 51820 drop; }; }");
        await tunnel.Left.Net.PingInVain(tunnel.Right.InnerV4, "-c 1");
        await Poll.Until(
            "the last initiation to be 12 s old", () => capture.Elapsed - Initiations(capture)[^1].At > TimeSpan.FromSeconds(12), Minutes);
        var times = Initiations(capture).Select(static packet => packet.At.TotalSeconds).ToArray();
        Assert.InRange(times[^1] - times[0], 85, 110);
        // A busy machine may delay one, and the next follows its own time: no two are further apart, or three closer together, than they may be.
        for (var i = 1; i < times.Length; i++) Assert.InRange(times[i] - times[i - 1], 0, 7);
        for (var i = 2; i < times.Length; i++) Assert.InRange(times[i] - times[i - 2], 9, 13);

        await tunnel.Right.Net.Nft("delete table inet block");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
    }

    /// <summary>When the second handshake began, in seconds from the first; the left side alone begins them, once each.</summary>
    private static double SecondHandshake(Tunnel tunnel, Capture capture)
    {
        var initiations = Initiations(capture);
        Assert.All(initiations, static packet => Assert.True(packet.From("172.31.0.1")));
        // wireguard-go repeats an initiation that was answered before it had set its timer.
        if (tunnel.Left.Wg.Daemon.Kind == DaemonKind.ApexWg) Assert.Equal(2, initiations.Length);
        return (initiations.First(static packet => packet.At.TotalSeconds > 60).At - initiations[0].At).TotalSeconds;
    }

    private static UdpPacket[] Initiations(Capture capture) =>
        [.. capture.Packets.Where(static packet => packet.Type == UdpPacket.Initiation)];

    private static Task AgeOfSession(Tunnel tunnel, int seconds) => Poll.Until(
        $"the session to be {seconds} s old",
        async () => DateTimeOffset.UtcNow.ToUnixTimeSeconds() - (await tunnel.Left.Wg.Peer(tunnel.Right.Wg)).LatestHandshake > seconds,
        Minutes,
        interval: TimeSpan.FromSeconds(0.5));
}
