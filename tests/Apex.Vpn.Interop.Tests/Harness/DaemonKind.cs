namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>The programs that can carry a WireGuard interface.</summary>
public enum DaemonKind
{
    /// <summary>Ours.</summary>
    ApexWg,

    /// <summary>Ours, compiled ahead of time for any x86-64 with SSE4.2.</summary>
    ApexWgV2,

    /// <summary>Ours, compiled ahead of time for AVX2.</summary>
    ApexWgV3,

    /// <summary>Ours, compiled ahead of time for AVX-512.</summary>
    ApexWgV4,

    /// <summary>wireguard-go as in Debian's backports: the newest one.</summary>
    WireGuardGo,

    /// <summary>wireguard-go as in Debian stable: the one most servers run.</summary>
    WireGuardGoOld,
}

/// <summary>Paths of the programs.</summary>
internal static class DaemonKinds
{
    /// <summary>The path of the program.</summary>
    public static string Program(this DaemonKind kind) => kind switch
    {
        DaemonKind.ApexWg => Path.Combine(Repository.Output("WireGuard"), "apex-wg"),
        DaemonKind.ApexWgV2 => Published("apex-wg-v2"),
        DaemonKind.ApexWgV3 => Published("apex-wg-v3"),
        DaemonKind.ApexWgV4 => Published("apex-wg-v4"),
        DaemonKind.WireGuardGo => Peer("backports"),
        DaemonKind.WireGuardGoOld => Peer("bookworm"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>A file that <c>samples/WireGuard/publish</c> has made.</summary>
    public static string Published(string file) => Path.Combine(Repository.Root, "artifacts", "apex-wg", file);

    private static string Peer(string release) => Path.Combine(Repository.Root, "artifacts", "peers", release, "usr", "bin", "wireguard-go");
}
