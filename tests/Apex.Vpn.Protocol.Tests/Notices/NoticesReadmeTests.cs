using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Testing;

namespace Apex.Vpn.Protocol.Tests.Notices;

public sealed class NoticesReadmeTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_package_readme_shows_what_runs()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "readme");
        string shown = Snippet.FromMarkdown(Path.Combine(folder, "PACKAGE.md"), index: 1);
        Assert.Equal(Snippet.FromSource(Path.Combine(folder, "NoticesReadmeTests.cs"), "notices"), shown);
    }

    [Fact]
    public async Task The_snippet_runs()
    {
        var plane = new ControlPlane();
        using var network = new InMemoryNetwork();
        using PrivateKey clientKey = PrivateKey.Generate(), nodeKey = PrivateKey.Generate();
        IPAddress clientIp = IPAddress.Parse(Duo.LeftIp), nodeIp = IPAddress.Parse(Duo.RightIp);
        using InMemoryTun nodeTun = new(), tun = new();
        await using var node = new WireGuardDevice(
            nodeTun, network.AddHost(IPAddress.Parse("192.0.2.2")), new() { NoticeNode = new NoticeNodeOptions { Addresses = [nodeIp] } });
        InMemoryUdpTransport transport = network.AddHost(IPAddress.Parse("192.0.2.1"));
        await Configure(node, nodeKey, clientKey.DerivePublicKey(), clientIp, endpoint: null);
        Func<WireGuardDevice, Task> connect = async client =>
        {
            await Configure(client, clientKey, nodeKey.DerivePublicKey(), nodeIp, new IPEndPoint(IPAddress.Parse("192.0.2.2"), 2000));
            Assert.True(tun.Inject(Duo.ToRight()));
            Assert.True(SpinWait.SpinUntil(() => node.Notices.NotifyAll(NoticeKind.Drain, plane.Sign(ControlPlane.Drain(1))) == 1, Deadline));
        };
        Assert.Equal(NoticeKind.Drain, (await Hear(
            tun, transport, connect, plane.PublicKey, () => plane.SignedTime, nodeKey.DerivePublicKey(), ControlPlane.NodeId, nodeIp, clientIp)).Kind);
    }

    private static async Task<Notice> Hear(
        InMemoryTun tun, IUdpTransport transport, Func<WireGuardDevice, Task> connect, SignaturePublicKey signingKey, Func<DateTimeOffset?> signedTime,
        PublicKey node, Guid nodeId, IPAddress gatewayAddress, IPAddress ownAddress)
    {
        // snippet: notices
        var hears = new NoticeClientOptions
        {
            Gateways = [new NoticeGateway(node, nodeId, gatewayAddress, ownAddress)],
            Verifier = new Ed25519NoticeVerifier(signingKey), // the control plane's, from the signed list
            SignedTime = signedTime, // of the last signed status, and what has passed since: never the wall clock
        };
        await using var client = new WireGuardDevice(tun, transport, new() { NoticeClient = hears });
        await connect(client);
        Notice notice = await client.Notices.Received.ReadAsync();
        Console.WriteLine($"{notice.Kind} until {notice.Deadline:u}: {notice.Alternatives.Count} other nodes proposed");
        // end of snippet
        return notice;
    }

    private static async Task Configure(WireGuardDevice device, PrivateKey key, PublicKey peer, IPAddress allowed, IPEndPoint? endpoint)
    {
        var update = new DeviceUpdate { PrivateKey = key, ListenPort = 2000 };
        update.Peers.Add(new PeerUpdate(peer)
        {
            Endpoint = endpoint is null ? null : UdpEndpoint.From(endpoint),
            AllowedIps = { AllowedIpChange.Add(new IPNetwork(allowed, 32)) },
        });
        await device.ApplyAsync(update);
        device.Up();
    }
}
