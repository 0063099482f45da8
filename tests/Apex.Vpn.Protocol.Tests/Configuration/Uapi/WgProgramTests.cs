using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>The stock <c>wg</c> program against our server, with a device that only remembers.</summary>
public sealed class WgProgramTests : IAsyncLifetime
{
    private readonly string _name = "apex" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private readonly FakeDevice _device = new();
    private readonly Random _random = new(2);
    private UapiServer? _server;

    private string SocketPath => $"/var/run/wireguard/{_name}.sock";

    public Task InitializeAsync() => Task.CompletedTask; // the server is made by tests that are not skipped

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [WgFact]
    [Trait("Item", "45")]
    public async Task Item45_wg_show_dump_prints_what_the_device_holds()
    {
        Start();
        using var key = new PrivateKey(_random.KeyBytes());
        _device.Apply(new DeviceUpdate { PrivateKey = key, ListenPort = 51820, FirewallMark = 0xca6c });
        var peer = new FakePeer(_random.PublicKey())
        {
            Endpoint = UdpEndpoint.From(IPEndPoint.Parse("192.0.2.7:4500")),
            PersistentKeepalive = 25,
            LastHandshake = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000),
            ReceivedBytes = 1372,
            SentBytes = 1460,
        };
        _random.KeyBytes().CopyTo(peer.PresharedKey, 0);
        peer.AllowedIps.Add(IPNetwork.Parse("10.0.0.0/8"));
        peer.AllowedIps.Add(IPNetwork.Parse("fd00::/64"));
        var silent = new FakePeer(_random.PublicKey()) { Endpoint = UdpEndpoint.From(IPEndPoint.Parse("[2001:db8::1]:443")) };
        var unknown = new FakePeer(_random.PublicKey());
        _device.Peers.AddRange([peer, silent, unknown]);

        string presharedKey = Convert.ToBase64String(peer.PresharedKey);
        string dump = await Wg("show", _name, "dump");
        Assert.Equal(
            $"""
            {Convert.ToBase64String(key.Bytes)} {key.DerivePublicKey().ToBase64()} 51820 0xca6c
            {peer.PublicKey.ToBase64()} {presharedKey} 192.0.2.7:4500 10.0.0.0/8,fd00::/64 1700000000 1372 1460 25
            {silent.PublicKey.ToBase64()} (none) [2001:db8::1]:443 (none) 0 0 0 off
            {unknown.PublicKey.ToBase64()} (none) (none) (none) 0 0 0 off

            """,
            dump.Replace('\t', ' '));
    }

    [WgFact]
    public async Task A_device_without_anything_is_shown_as_such()
    {
        Start();
        Assert.Equal("(none)\t(none)\t0\toff\n", await Wg("show", _name, "dump"));
    }

    [WgFact]
    [Trait("Item", "43")]
    public async Task Item43_wg_setconf_showconf_and_syncconf_agree_with_our_own_configuration_text()
    {
        Start();
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(
            $"""
            [Interface]
            PrivateKey = {Convert.ToBase64String(_random.KeyBytes())}
            ListenPort = 51820
            FwMark = 0x10

            [Peer]
            PublicKey = {_random.PublicKey().ToBase64()}
            PresharedKey = {Convert.ToBase64String(_random.KeyBytes())}
            AllowedIPs = 10.0.0.0/8, fd00::/64
            Endpoint = 192.0.2.7:4500
            PersistentKeepalive = 25

            [Peer]
            PublicKey = {_random.PublicKey().ToBase64()}
            AllowedIPs = 0.0.0.0/0, ::/0
            Endpoint = [fe80::1%1]:443
            """);
        await WithFile(configuration.Text(), file => Wg("setconf", _name, file));
        using WireGuardConfiguration shown = WireGuardConfiguration.Parse(await Wg("showconf", _name));
        Assert.True(shown.ContentEquals(configuration));

        configuration.Peers.RemoveAt(0);
        configuration.Peers.Add(new PeerConfiguration(_random.PublicKey()) { PersistentKeepalive = 1 });
        await WithFile(configuration.Text(), file => Wg("syncconf", _name, file));
        using WireGuardConfiguration synced = WireGuardConfiguration.Parse(await Wg("showconf", _name));
        Assert.True(synced.ContentEquals(configuration));
    }

    [WgFact]
    [Trait("Item", "41")]
    public async Task Item41_wg_set_changes_and_removes_peers_and_moves_prefixes()
    {
        Start();
        string[] keys = [.. Enumerable.Range(0, 3).Select(_ => _random.PublicKey().ToBase64())];
        await Wg("set", _name, "peer", keys[0], "allowed-ips", "10.0.0.0/8,10.1.0.0/16", "peer", keys[1], "peer", keys[2]);
        await Wg("set", _name, "peer", keys[1], "allowed-ips", "10.0.0.0/8");
        Assert.Equal(
            [$"{keys[0]}\t10.1.0.0/16", $"{keys[1]}\t10.0.0.0/8", $"{keys[2]}\t(none)"],
            (await Wg("show", _name, "allowed-ips")).TrimEnd().Split('\n'));
        await Wg("set", _name, "peer", keys[0], "remove", "peer", keys[2], "remove");
        Assert.Equal(keys[1] + "\n", await Wg("show", _name, "peers"));
    }

    [WgFact]
    public async Task Wg_copes_with_thousands_of_peers_both_ways()
    {
        Start();
        const int Many = 5000;
        using var configuration = new WireGuardConfiguration();
        configuration.Interface.PrivateKey = new PrivateKey(_random.KeyBytes());
        for (int i = 0; i < Many; i++)
        {
            var peer = new PeerConfiguration(_random.PublicKey());
            peer.AllowedIps.Add(new IPNetwork(new IPAddress([10, (byte)(i >> 8), (byte)i, 0]), 24));
            configuration.Peers.Add(peer);
        }
        await WithFile(configuration.Text(), file => Wg("setconf", _name, file));
        Assert.Equal(Many, _device.Peers.Count);
        using WireGuardConfiguration shown = WireGuardConfiguration.Parse(await Wg("showconf", _name));
        Assert.True(configuration.Peers.Select(peer => peer.PublicKey).SequenceEqual(shown.Peers.Select(peer => peer.PublicKey)));
    }

    [WgFact]
    [Trait("Item", "46")]
    public async Task Item46_wg_finds_the_socket_and_does_not_delete_it()
    {
        Start();
        Assert.Contains(_name, (await Wg("show", "interfaces")).Split(' ', '\n'));
        Assert.True(File.Exists(SocketPath));
        await _server!.DisposeAsync();
        Assert.DoesNotContain(_name, (await Wg("show", "interfaces")).Split(' ', '\n'));
    }

    [WgFact]
    [Trait("Item", "44")]
    public async Task Item44_wg_fails_where_a_change_or_a_question_is_refused()
    {
        Start();
        _device.Failure = new SocketException((int)SocketError.AddressAlreadyInUse);
        (int code, _, string error) = await TryWg("set", _name, "listen-port", "1");
        Assert.Equal(1, code);
        Assert.StartsWith("Unable to modify interface: ", error, StringComparison.Ordinal);
        _device.Failure = new InvalidOperationException();
        (code, _, error) = await TryWg("show", _name, "dump");
        Assert.Equal(1, code);
        Assert.Equal("Unable to access interface: Input/output error\n", error);
        _device.Failure = null;
        await Wg("set", _name, "listen-port", "1");
        Assert.Equal("1\n", await Wg("show", _name, "listen-port"));
    }

    private void Start()
    {
        _server = UapiServer.Listen(SocketPath, _device);
        _server.Start();
    }

    private static async Task WithFile(string text, Func<string, Task> use)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, text);
            await use(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> Wg(params string[] arguments)
    {
        (int code, string output, string error) = await TryWg(arguments);
        Assert.True(code == 0, $"wg {string.Join(' ', arguments)}: {error}");
        return output;
    }

    private static async Task<(int Code, string Output, string Error)> TryWg(params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var start = new ProcessStartInfo("wg", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process wg = Process.Start(start)!;
        Task<string> output = wg.StandardOutput.ReadToEndAsync(deadline.Token), error = wg.StandardError.ReadToEndAsync(deadline.Token);
        await wg.WaitForExitAsync(deadline.Token);
        return (wg.ExitCode, await output, await error);
    }
}
