using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary><c>wg-quick</c> starts the daemon as WG_QUICK_USERSPACE_IMPLEMENTATION, uses it, and makes it end.</summary>
public sealed class WgQuickTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task Up_brings_everything_and_down_leaves_nothing(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var network = await QuickNetwork.Create(scenario, left, right);
        var rules = await Rules(network.Client);
        await network.WriteConfiguration(
            $"""
            Address = 10.77.0.1/24, fd77::1/64
            MTU = 1400
            PostUp = echo %i > {network.Folder}/up
            PreDown = echo %i > {network.Folder}/down
            """,
            "10.77.0.2/32, fd77::2/128");
        await network.Quick("up");
        Assert.Equal(network.Name, (await File.ReadAllTextAsync(network.Folder + "/up")).Trim());
        Assert.Contains("mtu 1400", await network.Client.Ip($"-o link show dev {network.Name}"), StringComparison.Ordinal);
        await network.Client.Ping("10.77.0.2");
        await network.Server.Net.Ping("fd77::1");

        await network.Quick("down");
        Assert.Equal(network.Name, (await File.ReadAllTextAsync(network.Folder + "/down")).Trim());
        await network.EverythingIsGone();
        Assert.Equal(rules, await Rules(network.Client));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public async Task A_default_route_goes_through_the_tunnel(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var network = await QuickNetwork.Create(scenario, left, right);
        var rules = await Rules(network.Client);
        await network.Server.Net.AddAddress(network.Server.Name, "198.51.100.7/32");
        await network.Server.Net.AddAddress(network.Server.Name, "2001:db8::7/128");
        await network.WriteConfiguration("Address = 10.77.0.1/24, fd77::1/64", "0.0.0.0/0, ::/0");
        await network.Quick("up");
        Assert.Equal("0xca6c", (await Wg.Dump(network.Name)).FwMark);
        foreach (var target in (string[])["10.77.0.2", "198.51.100.7", "fd77::2", "2001:db8::7"]) await network.Client.Ping(target);
        Assert.True(await Iperf.Tcp(network.Client, network.Server.Net, "198.51.100.7") > 1 << 20);
        // The cable itself stays reachable, for it is more specific than a default route.
        await network.Client.Ping("172.31.0.2");

        await network.Quick("down");
        await network.EverythingIsGone();
        Assert.Equal(rules, await Rules(network.Client));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Save_strip_and_a_second_round(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var network = await QuickNetwork.Create(scenario, kind, kind);
        await network.WriteConfiguration("Address = 10.77.0.1/24\nTable = off\nSaveConfig = true", "10.77.0.2/32");
        var stripped = await network.Quick("strip");
        Assert.DoesNotContain("Address", stripped, StringComparison.Ordinal);

        for (var round = 0; round < 2; round++)
        {
            await network.Quick("up");
            await network.Client.Ping("10.77.0.2");
            var added = await Wg.PubKey(await Wg.GenKey());
            await Wg.Set(network.Name, $"peer {added} allowed-ips 10.{round}.0.0/16");
            await network.Quick("down");
            await network.EverythingIsGone();
            Assert.Contains(added, await File.ReadAllTextAsync(network.ConfigurationFile), StringComparison.Ordinal);
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task Up_twice_is_refused_and_harms_nothing(DaemonKind kind)
    {
        await using var scenario = new Scenario(output);
        var network = await QuickNetwork.Create(scenario, kind, kind);
        await network.WriteConfiguration("Address = 10.77.0.1/24", "10.77.0.2/32");
        await network.Quick("up");
        Assert.Contains("already exists", (await network.TryQuick("up")).Refused(), StringComparison.Ordinal);
        await network.Client.Ping("10.77.0.2");
        await network.Quick("down");
        await network.EverythingIsGone();
    }

    private static async Task<string> Rules(NetNamespace net) => await net.Ip("-4 rule") + await net.Ip("-6 rule");
}

/// <summary>A client that <c>wg-quick</c> configures, and a server on the other end of a cable that is up.</summary>
internal sealed class QuickNetwork : IAsyncDisposable
{
    private readonly DaemonKind _kind;
    private readonly string _key;

    private QuickNetwork(DaemonKind kind, NetNamespace client, WgInterface server, string key)
    {
        _kind = kind;
        _key = key;
        Client = client;
        Server = server;
        Folder = Directory.CreateTempSubdirectory("apex-quick-").FullName;
    }

    /// <summary>The interface's name, which the configuration file bears.</summary>
    public string Name { get; } = Names.Next("wq");

    /// <summary>A folder for this test alone.</summary>
    public string Folder { get; }

    /// <summary>The configuration file.</summary>
    public string ConfigurationFile => Path.Combine(Folder, Name + ".conf");

    /// <summary>The client's namespace: 172.31.0.1 on the cable.</summary>
    public NetNamespace Client { get; }

    /// <summary>The server: 172.31.0.2 on the cable, 10.77.0.2 and fd77::2 inside.</summary>
    public WgInterface Server { get; }

    /// <summary>Builds all but the client's interface.</summary>
    public static async Task<QuickNetwork> Create(Scenario scenario, DaemonKind client, DaemonKind server)
    {
        var net = await scenario.Namespace();
        var other = await scenario.Namespace();
        await Veth.Connect(new(net, "cable", "172.31.0.1/24"), new(other, "cable", "172.31.0.2/24"));
        var wg = await WgInterface.Create(scenario, server, other);
        var key = await Wg.GenKey();
        await wg.Set($"listen-port 51820 peer {await Wg.PubKey(key)} allowed-ips 10.77.0.1/32,fd77::1/128");
        await wg.Up(1420, "10.77.0.2/24", "fd77::2/64");
        return scenario.Own(new QuickNetwork(client, net, wg, key));
    }

    /// <summary>Writes the file: more lines of the interface's section, and what the server may send.</summary>
    public async Task WriteConfiguration(string lines, string allowedIps)
    {
        await File.WriteAllTextAsync(
            ConfigurationFile,
            $"""
            [Interface]
            PrivateKey = {_key}
            {lines}

            [Peer]
            PublicKey = {Server.PublicKey}
            AllowedIPs = {allowedIps}
            Endpoint = 172.31.0.2:51820

            """);
        File.SetUnixFileMode(ConfigurationFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Runs <c>wg-quick</c>, which must succeed; returns its output.</summary>
    public async Task<string> Quick(string action) => (await TryQuick(action)).Checked();

    /// <summary>
    /// Runs <c>wg-quick</c>. That it returns at all shows that the daemon let go of its output.
    /// </summary>
    public Task<CommandResult> TryQuick(string action) => Client.Run(
        "env", [$"WG_QUICK_USERSPACE_IMPLEMENTATION={_kind.Program()}", "wg-quick", action, ConfigurationFile], limit: TimeSpan.FromSeconds(20));

    /// <summary>Waits until no process is left in the client's namespace, and checks that socket and link went with it.</summary>
    public async Task EverythingIsGone()
    {
        await Poll.Until("the daemon to end", async () => (await Processes()).Length == 0);
        Assert.False(File.Exists(Uapi.SocketPath(Name)), "the socket is still there");
        Assert.DoesNotContain(Name, await Client.Ip("-o link"), StringComparison.Ordinal);
    }

    /// <summary>Ends what a failed test left behind: all there is in a namespace of our own is ours.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in await Processes()) await Command.Run("kill", ["-s", "KILL", process]);
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<string[]> Processes() =>
        (await Command.Run("ip", ["netns", "pids", Client.Name])).Checked().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
