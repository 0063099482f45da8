using System.Net.Sockets;
using Apex.Vpn.Interop.Tests.Harness;

namespace Apex.Vpn.Interop.Tests.Lifecycle;

/// <summary>What cannot work is refused at once, with a line that says why and without a trace of the program's insides.</summary>
public sealed class RefusalTests
{
    private static string Program => DaemonKind.ApexWg.Program();

    [ApexFact]
    public async Task Without_root_it_says_that_it_needs_it()
    {
        await using var net = await NetNamespace.Create();
        // The working tree may lie where an ordinary user cannot read.
        var folder = Directory.CreateTempSubdirectory("apex-wg-").FullName;
        (await Command.Run("cp", ["-r", Path.GetDirectoryName(Program)!, folder + "/bin"])).Checked();
        (await Command.Run("chmod", ["-R", "a+rX", folder])).Checked();
        foreach (var mode in (string[][])[["-f"], []])
        {
            var name = Names.Next("wg");
            var text = (await net.Run(
                "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", folder + "/bin/apex-wg", .. mode, name])).Refused();
            IsClear(text, "root");
            Assert.False(File.Exists(Uapi.SocketPath(name)));
        }

        Directory.Delete(folder, recursive: true);
    }

    [ApexFact]
    public async Task Without_the_right_to_administer_the_network_it_says_so()
    {
        await using var net = await NetNamespace.Create();
        var text = (await net.Run("setpriv", ["--bounding-set=-net_admin", Program, "-f", Names.Next("wg")])).Refused();
        IsClear(text, "CAP_NET_ADMIN");
    }

    [ApexFact]
    public async Task Without_the_TUN_device_it_names_it()
    {
        await using var net = await NetNamespace.Create();
        // In a mount namespace of its own, /dev/net is an empty folder.
        var name = Names.Next("wg");
        foreach (var mode in (string[])["-f", ""])
        {
            var text = (await net.Run(
                "unshare", ["-m", "sh", "-c", $"mount -t tmpfs none /dev/net && exec {Program} {mode} {name}"])).Refused();
            IsClear(text, "/dev/net/tun");
        }
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task A_taken_name_is_refused_and_its_owner_stays(DaemonKind kind)
    {
        await using var net = await NetNamespace.Create();
        var name = Names.Next("wg");
        await net.Ip($"link add {name} type bridge");
        var text = (await net.Run(kind.Program(), ["-f", name])).Refused();
        if (kind == DaemonKind.ApexWg) IsClear(text, name);
        await net.Ip($"link show dev {name}");
        Assert.False(File.Exists(Uapi.SocketPath(name)));
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task A_second_daemon_of_the_same_name_is_refused_and_the_first_one_stays(DaemonKind kind)
    {
        await using var net = await NetNamespace.Create();
        await using var elsewhere = await NetNamespace.Create();
        await using var first = await Daemon.Start(kind, net);
        foreach (var place in (NetNamespace[])[net, elsewhere])
        {
            var text = (await place.Run(kind.Program(), ["-f", first.Interface])).Refused();
            if (kind == DaemonKind.ApexWg) IsClear(text, first.Interface);
            Assert.NotNull(await Uapi.TryGet(first.Interface));
        }

        // The second one's interface, in the namespace where the name was free, went with it.
        Assert.DoesNotContain(first.Interface, await elsewhere.Ip("-o link"), StringComparison.Ordinal);
    }

    [PeerTheory]
    [MemberData(nameof(Pairs.Alone), MemberType = typeof(Pairs))]
    public async Task A_taken_port_is_refused_and_another_one_taken(DaemonKind kind)
    {
        await using var net = await NetNamespace.Create();
        using var socket = await net.Udp("0.0.0.0", 4000);
        await using var daemon = await Daemon.Start(kind, net);
        await net.Ip($"link set {daemon.Interface} up");
        await Poll.Until("a port of its own choice", async () => await Wg.Show(daemon.Interface, "listen-port") != "0");
        var text = (await Wg.TryRun(null, "set", daemon.Interface, "listen-port", "4000")).Refused();
        Assert.Contains("Address already in use", text, StringComparison.Ordinal);

        await Wg.Set(daemon.Interface, "listen-port 4001");
        Assert.Equal("4001", await Wg.Show(daemon.Interface, "listen-port"));
        await Assert.ThrowsAsync<SocketException>(() => net.Udp("0.0.0.0", 4001));
    }

    [ApexTheory]
    [InlineData]
    [InlineData("one", "two")]
    [InlineData("--no-such-option", "wg0")]
    [InlineData("-f")]
    [InlineData("-f", "")]
    [InlineData("-f", "sixteen-letters-")]
    [InlineData("-f", "with/slash")]
    [InlineData("-f", "with space")]
    [InlineData("-f", "..")]
    public async Task Bad_arguments_are_refused(params string[] arguments)
    {
        await using var net = await NetNamespace.Create();
        var result = await net.Run(Program, arguments, limit: TimeSpan.FromSeconds(10));
        result.Refused();
        Assert.NotEmpty(result.Error);
        Assert.DoesNotContain("   at ", result.Text, StringComparison.Ordinal);
        Assert.Equal(["lo"], (await net.Ip("-br link")).Split('\n').Select(static line => line.Split(' ')[0]));
    }

    [ApexFact]
    public async Task Help_tells_how_to_use_it()
    {
        var text = (await Command.Run(Program, ["--help"])).Checked();
        foreach (var word in (string[])["apex-wg", "INTERFACE", "--foreground", "-f"]) Assert.Contains(word, text, StringComparison.Ordinal);
    }

    /// <summary>One line or two that name the trouble.</summary>
    private static void IsClear(string text, string trouble)
    {
        Assert.Contains(trouble, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.InRange(text.Trim().Split('\n').Length, 1, 2);
    }
}
