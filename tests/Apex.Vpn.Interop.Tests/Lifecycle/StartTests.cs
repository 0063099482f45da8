using System.Globalization;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests.Lifecycle;

/// <summary>The ways to start the daemon.</summary>
public sealed class StartTests(ITestOutputHelper output)
{
    /// <summary>Makes a TUN and a listening socket, and becomes the daemon with both in hand. Arguments: program, interface, socket.</summary>
    private const string HandOver = """
        use Socket;
        my ($program, $name, $path) = @ARGV;
        $^F = 255;
        sysopen(my $tun, "/dev/net/tun", 2) or die "tun: $!";
        ioctl($tun, 0x400454ca, pack("a16 s x22", $name, 0x1001)) or die "TUNSETIFF: $!";
        socket(my $uapi, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
        mkdir "/var/run/wireguard", 0700;
        bind($uapi, pack_sockaddr_un($path)) or die "bind: $!";
        listen($uapi, 16) or die "listen: $!";
        $ENV{WG_TUN_FD} = fileno($tun);
        $ENV{WG_UAPI_FD} = fileno($uapi);
        $ENV{WG_PROCESS_FOREGROUND} = 1;
        exec $program, $name;
        """;

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task In_the_background_it_returns_when_it_serves_and_not_before(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var net = await scenario.Namespace();
        for (var round = 0; round < 5; round++)
        {
            var name = Names.Next("wg");
            // That this returns at all shows that the daemon has let go of our pipes.
            (await net.Run(kind.Program(), [name], limit: TimeSpan.FromSeconds(20))).Checked();
            Assert.NotNull(await Uapi.TryGet(name));
            await net.Ip($"link show dev {name}");
            var process = int.Parse(Assert.Single(await Processes(net)), CultureInfo.InvariantCulture);

            if (kind == DaemonKind.ApexWg)
            {
                // A session of its own: what happens to the terminal it was started from is none of its business.
                var stat = (await File.ReadAllTextAsync($"/proc/{process}/stat")).Split(") ")[1].Split(' ');
                Assert.Equal(process, int.Parse(stat[3], CultureInfo.InvariantCulture));
            }

            await net.Ip($"link del {name}");
            await Poll.Until("the daemon to end", async () => (await Processes(net)).Length == 0);
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task A_variable_keeps_it_in_the_foreground(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var net = await scenario.Namespace();
        var name = Names.Next("wg");
        Dictionary<string, string> environment = new() { ["WG_PROCESS_FOREGROUND"] = "1" };
        var process = scenario.Own(net.Start(kind.Program(), [name], environment));
        await Poll.Until("the socket", async () => await Uapi.TryGet(name) is not null);
        Assert.Equal([process.Id.ToString(CultureInfo.InvariantCulture)], await Processes(net));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task It_takes_a_TUN_and_a_socket_that_its_starter_made(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var (net, other) = (await scenario.Namespace(), await scenario.Namespace());
        await Veth.Connect(new(net, "cable", "172.31.0.1/24"), new(other, "cable", "172.31.0.2/24"));
        var server = await WgInterface.Create(scenario, DaemonKind.WireGuardGo, other);

        var name = Names.Next("wg");
        var process = scenario.Own(net.Start("perl", ["-e", HandOver, kind.Program(), name, Uapi.SocketPath(name)]));
        await Poll.Until("the socket to answer", async () => await Uapi.TryGet(name) is { Length: > 0 });
        var key = await Wg.GenKey();
        await Wg.Set(name, $"private-key /dev/stdin peer {server.PublicKey} allowed-ips 10.77.0.2/32 endpoint 172.31.0.2:51820", key);
        await server.Set($"listen-port 51820 peer {await Wg.PubKey(key)} allowed-ips 10.77.0.1/32");
        await server.Up(1420, "10.77.0.2/24");
        await net.AddAddress(name, "10.77.0.1/24");
        await net.Ip($"link set {name} mtu 1420 up");
        await net.Ping("10.77.0.2");
        Assert.True(await Iperf.Tcp(net, other, "10.77.0.2") > 1 << 20);

        await net.Ip($"link del {name}");
        Assert.Equal(0, await process.WaitForExit());
    }

    [ApexFact]
    public async Task Its_log_tells_of_handshakes_and_never_of_keys()
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, DaemonKind.ApexWg, DaemonKind.ApexWg, new() { Psk = true });
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Left.Wg.ChangeKey();
        var dump = await tunnel.Right.Wg.Dump();
        await tunnel.Left.Wg.Daemon.End();
        await tunnel.Right.Wg.Daemon.End();
        foreach (var log in (string[])[tunnel.Left.Wg.Daemon.Log, tunnel.Right.Wg.Daemon.Log])
        {
            Assert.Contains("established", log, StringComparison.OrdinalIgnoreCase);
            foreach (var secret in (string[])[tunnel.Left.Wg.PrivateKey, tunnel.Right.Wg.PrivateKey, dump.Peers[0].PresharedKey])
            {
                Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
                Assert.DoesNotContain(Convert.ToHexString(Convert.FromBase64String(secret)), log, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [ApexFact]
    public async Task It_is_silent_when_told_to_be()
    {
        await using var scenario = new Scenario(output);
        var net = await scenario.Namespace();
        var name = Names.Next("wg");
        Dictionary<string, string> environment = new() { ["LOG_LEVEL"] = "silent" };
        var process = scenario.Own(net.Start(DaemonKind.ApexWg.Program(), ["-f", name], environment));
        await Poll.Until("the socket", async () => await Uapi.TryGet(name) is not null);
        await net.Ip($"link set {name} up");
        await Wg.Set(name, "private-key /dev/stdin listen-port 1234", await Wg.GenKey());
        await process.Signal("TERM");
        await process.WaitForExit();
        Assert.Equal("", process.Log);
    }

    [ApexFact]
    public async Task Its_socket_is_for_root_alone()
    {
        await using var scenario = new Scenario(output);
        var daemon = await scenario.Daemon(DaemonKind.ApexWg, await scenario.Namespace());
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
            UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Uapi.SocketPath(daemon.Interface)) & Others);
    }

    private static async Task<string[]> Processes(NetNamespace net) =>
        (await Command.Run("ip", ["netns", "pids", net.Name])).Checked().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
