using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests.Lifecycle;

/// <summary>
/// The daemon compiled ahead of time, once for each level of x86-64: a tunnel, the vectors of the level, and the launcher's choice.
/// </summary>
[Trait("Category", "Slow")]
public sealed class PublishedTests(ITestOutputHelper output)
{
    private static readonly bool HasV3 = Avx2.IsSupported;
    private static readonly bool HasV4 = Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    /// <summary>Those that this processor can run.</summary>
    public static TheoryData<DaemonKind> Levels
    {
        get
        {
            TheoryData<DaemonKind> levels = new() { DaemonKind.ApexWgV2 };
            if (HasV3) levels.Add(DaemonKind.ApexWgV3);
            if (HasV4) levels.Add(DaemonKind.ApexWgV4);
            return levels;
        }
    }

    [PublishedTheory]
    [MemberData(nameof(Levels))]
    public async Task It_carries_pings_and_streams_both_ways(DaemonKind level)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, level, DaemonKind.WireGuardGo, new() { Psk = true });
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV6);
        Assert.True(await Iperf.Tcp(tunnel.Left.Net, tunnel.Right.Net, tunnel.Right.InnerV4) > 1 << 20);
        Assert.True(await Iperf.Tcp(tunnel.Left.Net, tunnel.Right.Net, tunnel.Right.InnerV4, reverse: true) > 1 << 20);
    }

    // What is compiled for a level keeps nothing of wider vectors: a level that lost its own would only be slow.
    [PublishedTheory]
    [MemberData(nameof(Levels))]
    public async Task It_uses_the_vectors_of_its_level(DaemonKind level)
    {
        var version = await Version(level.Program());
        Assert.Contains("NativeAOT", version, StringComparison.Ordinal);
        // With narrow vectors the other one may win.
        Assert.Matches(
            level switch
            {
                DaemonKind.ApexWgV4 => "AEAD managed-512$",
                DaemonKind.ApexWgV3 => "AEAD managed-256$",
                _ => "AEAD (managed-128|libsodium)$",
            },
            version);
    }

    [PublishedFact]
    public async Task The_launcher_becomes_the_one_with_the_widest_vectors()
    {
        var widest = HasV4 ? DaemonKind.ApexWgV4 : HasV3 ? DaemonKind.ApexWgV3 : DaemonKind.ApexWgV2;
        await using var scenario = new Scenario(output);
        var net = await scenario.Namespace();
        var name = Names.Next("wg");
        var process = scenario.Own(net.Start(DaemonKinds.Published("apex-wg"), ["-f", name]));
        await Poll.Until("the socket", async () => await Uapi.TryGet(name) is not null);
        Assert.Equal(widest.Program(), new FileInfo($"/proc/{process.Id}/exe").ResolveLinkTarget(returnFinalTarget: false)!.FullName);
    }

    [PublishedFact]
    public async Task The_launcher_takes_an_order_and_is_found_through_a_link()
    {
        var folder = Directory.CreateTempSubdirectory("apex-launcher-");
        try
        {
            var link = Path.Combine(folder.FullName, "apex-wg");
            File.CreateSymbolicLink(link, DaemonKinds.Published("apex-wg"));
            Assert.Matches("NativeAOT, AEAD (managed-128|libsodium)$", await Version("env", "APEX_WG_LEVEL=v2", link));
            (await Command.Run("env", ["APEX_WG_LEVEL=v9", link, "--version"])).Refused();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> Version(string program, params string[] arguments) =>
        (await Command.Run(program, [.. arguments, "--version"])).Checked();
}
