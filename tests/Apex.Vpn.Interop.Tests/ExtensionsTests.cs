using System.Net;
using System.Runtime.Versioning;
using Apex.Vpn.Interop.Tests.Harness;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Notices;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>A stock client of a node that does more than WireGuard: it cannot tell the difference.</summary>
[SupportedOSPlatform("linux")]
public sealed class ExtensionsTests(ITestOutputHelper output)
{
    private const string ClientIp = "10.77.0.1", NodeIp = "10.77.0.2";
    private const int NoticePort = 51819;

    public enum Extension
    {
        None,
        Identities,
        Admission,
        Probes,
        Notices,
    }

    public static TheoryData<DaemonKind> Clients => [DaemonKind.WireGuardGo, DaemonKind.WireGuardGoOld];

    [PeerTheory]
    [MemberData(nameof(Clients))]
    public async Task A_stock_client_sees_the_same_datagrams_whatever_its_node_can_do_beside(DaemonKind client)
    {
        var without = await Talk(client, Extension.None);
        Assert.Equal((true, UdpPacket.Initiation, 148), without[0]);
        Assert.Equal((false, UdpPacket.Response, 92), without[1]);
        Assert.Equal(2 + (2 * 11), without.Count);
        foreach (var extension in Enum.GetValues<Extension>().Where(static extension => extension != Extension.None))
        {
            var with = await Talk(client, extension);
            Assert.True(without.SequenceEqual(with), $"{extension}: {string.Join(' ', with)}");
        }
    }

    /// <summary>Who sent what, type and length, while a client pings a node that meanwhile does what its extension is for.</summary>
    private async Task<List<(bool ByClient, int Type, int Length)>> Talk(DaemonKind kind, Extension extension)
    {
        await using var scenario = new Scenario(output);
        var (left, right) = (await scenario.Namespace(), await scenario.Namespace());
        await Veth.Connect(new(left, "cable", "172.31.0.1/24", "fd31::1/64"), new(right, "cable", "172.31.0.2/24", "fd31::2/64"), 1500);
        var client = await WgInterface.Create(scenario, kind, left);
        var options = new WireGuardDeviceOptions
        {
            Admission = extension == Extension.Admission ? new AdmissionOptions { Authorizer = new GrantsClient() } : null,
            NoticeNode = extension == Extension.Notices ? new NoticeNodeOptions { Addresses = [IPAddress.Parse(NodeIp)] } : null,
        };
        string? peer = extension == Extension.Admission ? null : client.PublicKey;
        var node = scenario.Own(await EngineNode.Create(right, 51820, NodeIp, peer, ClientIp, options));
        using var second = PrivateKey.Generate();
        string called = node.PublicKey;
        if (extension == Extension.Identities) called = node.Device.Identities.Add(second).ToBase64();
        if (extension == Extension.Probes) AnswerProbes(node.Device);
        await client.Set($"listen-port 51820 peer {called} allowed-ips {NodeIp}/32 endpoint 172.31.0.2:51820");
        await client.Up(1420, ClientIp + "/24");
        var cable = scenario.Own(await Capture.Start(left, "cable"));
        var inside = scenario.Own(await Capture.Start(left, client.Name));

        // The first makes the session; then apart from one another, so that no two answers leave as one segmented datagram.
        await left.Ping(NodeIp);
        await left.PingExactly(NodeIp, 5, options: "-i 0.2");
        if (extension == Extension.Identities) Assert.True(node.Device.Identities.Retire(second.DerivePublicKey()));
        if (extension == Extension.Admission) Assert.Equal(1, node.Device.Admission!.GetStatus().AdmittedPeers);
        if (extension == Extension.Notices) await TellNobody(node.Device, client.PublicKey);
        await left.PingExactly(NodeIp, 5, options: "-i 0.2");
        await cable.WaitFor("the last answer", _ => cable.Packets.Count(Answers) == 11);

        Assert.DoesNotContain(inside.Packets, static packet => packet.SourcePort == NoticePort || packet.DestinationPort == NoticePort);
        return [.. cable.Packets.Select(static packet => (packet.From("172.31.0.1"), packet.Type, packet.Payload.Length))];
    }

    private static void AnswerProbes(WireGuardDevice device)
    {
        using var secret = new ProbeSecret(new byte[SecretKey.Size]);
        device.AnswerProbes(new ProbeResponderOptions
        {
            Current = new ProbeEpoch(1, secret),
            Time = SignedTime.Arrived(DateTimeOffset.UnixEpoch, SuspendAwareTimeProvider.Instance),
        });
    }

    /// <summary>A node has something to tell, and nobody who asked for it.</summary>
    private static async Task TellNobody(WireGuardDevice device, string client)
    {
        Assert.False(device.Notices.Notify(PublicKey.Parse(client), NoticeKind.Closing, []));
        Assert.Equal(0, device.Notices.NotifyAll(NoticeKind.Closing, []));
        Assert.Equal(0, await device.Notices.AnnounceClosingAsync());
    }

    private static bool Answers(UdpPacket packet) => packet.From("172.31.0.2") && packet.Type == UdpPacket.Transport && !packet.IsKeepalive;

    private sealed class GrantsClient : IPeerAuthorizer
    {
        public ValueTask<PeerGrant?> AuthorizeAsync(PeerRequest request, CancellationToken cancellationToken) =>
            new(new PeerGrant { AllowedIPs = [IPNetwork.Parse(ClientIp + "/32")] });
    }
}
