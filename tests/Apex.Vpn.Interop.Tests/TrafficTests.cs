using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>TCP and UDP of both families through the tunnel, and every byte as it was sent.</summary>
public sealed class TrafficTests(ITestOutputHelper output)
{
    private const long Megabyte = 1 << 20;

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task TCP_flows_both_ways_in_both_families_over_IPv4(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await PushTcp(tunnel);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task TCP_flows_both_ways_in_both_families_over_IPv6(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { OuterV6 = true, Psk = true });
        await PushTcp(tunnel);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Many_TCP_streams_flow_at_once(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        foreach (var streams in (int[])[4, 50])
        {
            var bytes = await Iperf.Tcp(tunnel.Left.Net, tunnel.Right.Net, tunnel.Right.InnerV4, streams);
            Assert.True(bytes > Megabyte, $"{streams} streams moved {bytes} bytes");
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task UDP_flows_in_both_families_and_survives_a_flood(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        var (sent, lost) = await Iperf.Udp(tunnel.Left.Net, tunnel.Right.Net, tunnel.Right.InnerV4, "10M");
        Assert.True(sent > 500 && lost < sent / 10, $"{lost} of {sent} lost");
        (sent, lost) = await Iperf.Udp(tunnel.Right.Net, tunnel.Left.Net, tunnel.Left.InnerV6, "10M");
        Assert.True(sent > 500 && lost < sent / 10, $"{lost} of {sent} lost");

        // As fast as it goes: losses are expected, a stall is not.
        (sent, lost) = await Iperf.Udp(tunnel.Left.Net, tunnel.Right.Net, tunnel.Right.InnerV4, "0");
        Assert.True(sent - lost > 500, $"{lost} of {sent} lost");
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.All), MemberType = typeof(Pairs))]
    public async Task A_transfer_in_both_directions_at_once_arrives_byte_for_byte(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        using var listener = await tunnel.Right.Net.Tcp(tunnel.Right.InnerV4, 7000);
        listener.Listen();
        using var client = await tunnel.Left.Net.Tcp(tunnel.Left.InnerV4);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await client.ConnectAsync(new IPEndPoint(IPAddress.Parse(tunnel.Right.InnerV4), 7000), deadline.Token);
        using var server = await listener.AcceptAsync(deadline.Token);

        var there = RandomNumberGenerator.GetBytes(16 * (int)Megabyte);
        var back = RandomNumberGenerator.GetBytes(16 * (int)Megabyte);
        var results = await Task.WhenAll(
            Receive(server, there.Length, deadline.Token),
            Receive(client, back.Length, deadline.Token),
            Send(client, there, deadline.Token),
            Send(server, back, deadline.Token));
        // The kernel trusts what a TUN device hands it as merged segments, so a hash is compared, not a checksum believed.
        Assert.True(SHA256.HashData(there).AsSpan().SequenceEqual(SHA256.HashData(results[0])), "left to right differs");
        Assert.True(SHA256.HashData(back).AsSpan().SequenceEqual(SHA256.HashData(results[1])), "right to left differs");
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Datagrams_of_every_size_arrive_as_they_were_sent(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        foreach (var (from, to) in ((string, string)[])[(tunnel.Left.InnerV4, tunnel.Right.InnerV4), (tunnel.Left.InnerV6, tunnel.Right.InnerV6)])
        {
            using var sender = await tunnel.Left.Net.Udp(from);
            using var receiver = await tunnel.Right.Net.Udp(to, 7000);
            // Every size up to the MTU, around two fragments of it, and the largest there is.
            foreach (var size in (int[])[.. Enumerable.Range(0, 1400), 2750, 2768, 2769, 9000, 60000, 65507])
            {
                var datagram = RandomNumberGenerator.GetBytes(size);
                await sender.Send(datagram, to, 7000);
                var (received, _) = await receiver.Receive($"{size} bytes from {from}");
                Assert.True(datagram.AsSpan().SequenceEqual(received), $"{size} bytes came as {received.Length}");
            }
        }
    }

    private static async Task PushTcp(Tunnel tunnel)
    {
        foreach (var address in (string[])[tunnel.Right.InnerV4, tunnel.Right.InnerV6])
        {
            foreach (var reverse in (bool[])[false, true])
            {
                var bytes = await Iperf.Tcp(tunnel.Left.Net, tunnel.Right.Net, address, reverse: reverse);
                Assert.True(bytes > Megabyte, $"{address}, reverse {reverse}: {bytes} bytes");
            }
        }
    }

    private static async Task<byte[]> Send(Socket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), cancellationToken);
        return bytes;
    }

    private static async Task<byte[]> Receive(Socket socket, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        for (var received = 0; received < length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(received), cancellationToken);
            Assert.NotEqual(0, count);
            received += count;
        }

        return bytes;
    }
}
