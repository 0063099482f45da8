using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>Keys that change, vanish, come back, or were never any good.</summary>
public sealed class KeyTests(ITestOutputHelper output)
{
    /// <summary>The points of small order on Curve25519 and its twist, as WireGuard keys: whoever has one shares no secret.</summary>
    private static readonly string[] LowOrderPoints =
    [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "4Ot6fDtBuK4WVuP68Z/EatoJjeucMrH9hmIFFl9JuAA=",
        "X5yVvKNQjCSx0LFVnIPvWwREXMRYHI6G2CJO3dCfEVc=",
        "7P///////////////////////////////////////38=",
        "7f///////////////////////////////////////38=",
        "7v///////////////////////////////////////38=",
    ];

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_new_private_key_handshakes_at_once(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right, new() { Psk = true });
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var psk = (await tunnel.Right.Wg.Peer(tunnel.Left.Wg)).PresharedKey;
        for (var change = 0; change < 2; change++)
        {
            var old = tunnel.Left.Wg.PublicKey;
            await tunnel.Left.Wg.ChangeKey();
            await tunnel.Right.Wg.SetPeer(tunnel.Left.Wg, $"preshared-key /dev/stdin allowed-ips {tunnel.Left.InnerV4}/32", psk);
            await tunnel.Right.Wg.Set($"peer {old} remove");

            // One ping, one answer within a second: no stale session and no limit on handshakes stands in the way.
            await tunnel.Left.Net.PingExactly(tunnel.Right.InnerV4, 1, options: "-W 1");
            Assert.NotEqual(0, (await tunnel.Right.Wg.Peer(tunnel.Left.Wg)).LatestHandshake);
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Without_a_private_key_nothing_passes(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);

        await tunnel.Left.Wg.Set("private-key /dev/null");
        await tunnel.Left.Net.PingInVain(tunnel.Right.InnerV4);
        await tunnel.Right.Net.PingInVain(tunnel.Left.InnerV4);

        await tunnel.Left.Wg.Set("private-key /dev/stdin", tunnel.Left.Wg.PrivateKey);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Keys_can_be_read_removed_and_put_back(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        var peer = await Wg.PubKey(await Wg.GenKey());
        var psk = await Wg.GenPsk();
        await wg.Set($"peer {peer} preshared-key /dev/stdin", psk);
        Assert.Equal(wg.PrivateKey, await Wg.Show(wg.Name, "private-key"));
        Assert.Equal(wg.PublicKey, await Wg.Show(wg.Name, "public-key"));
        Assert.Equal($"{peer}\t{psk}", await Wg.Show(wg.Name, "preshared-keys"));

        await wg.Set($"private-key /dev/null peer {peer} preshared-key /dev/null");
        Assert.Equal("(none)", await Wg.Show(wg.Name, "private-key"));
        Assert.Equal("(none)", await Wg.Show(wg.Name, "public-key"));
        Assert.Equal($"{peer}\t(none)", await Wg.Show(wg.Name, "preshared-keys"));

        await wg.Set("private-key /dev/stdin", wg.PrivateKey);
        Assert.Equal(wg.PublicKey, await Wg.Show(wg.Name, "public-key"));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task An_interface_is_never_its_own_peer(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        var otherKey = await Wg.GenKey();
        var other = await Wg.PubKey(otherKey);

        await wg.Set($"peer {other}");
        await wg.Set("private-key /dev/stdin", otherKey);
        Assert.Equal(other, await Wg.Show(wg.Name, "public-key"));
        Assert.Equal("", await Wg.Show(wg.Name, "peers"));

        await wg.Set($"peer {other} allowed-ips 10.0.0.0/8");
        Assert.Equal("", await Wg.Show(wg.Name, "peers"));

        await wg.Set("private-key /dev/stdin", wg.PrivateKey);
        await wg.Set($"peer {other}");
        Assert.Equal(other, await Wg.Show(wg.Name, "peers"));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task A_private_key_is_clamped_and_shown_clamped(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var wg = await WgInterface.Create(scenario, kind, await scenario.Namespace());
        // '/' is six ones, '+' is five of them and a zero among the three lowest bits of the first byte that clamping clears.
        await wg.Set("private-key /dev/stdin", "/" + wg.PrivateKey[1..]);
        Assert.Equal("+" + wg.PrivateKey[1..], await Wg.Show(wg.Name, "private-key"));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Peers_with_low_order_keys_can_be_configured_and_are_never_sent_to(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var net = await scenario.Namespace();
        var wg = await WgInterface.Create(scenario, kind, net);
        using var receiver = await net.Udp("127.0.0.1", 1111);
        foreach (var point in LowOrderPoints)
        {
            await wg.Set($"peer {point} persistent-keepalive 1 endpoint 127.0.0.1:1111");
        }

        Assert.Equal(LowOrderPoints.Length, (await wg.Dump()).Peers.Count);
        await wg.Up(1420, "10.77.0.1/24");
        Assert.Null(await receiver.TryReceive(TimeSpan.FromSeconds(2)));

        // The same of a key that is good is heard at once, so the silence was not for lack of an ear.
        await wg.Set($"peer {await Wg.PubKey(await Wg.GenKey())} persistent-keepalive 1 endpoint 127.0.0.1:1111");
        var (datagram, _) = await receiver.Receive();
        Assert.Equal((1, 148), (datagram[0], datagram.Length));
    }
}
