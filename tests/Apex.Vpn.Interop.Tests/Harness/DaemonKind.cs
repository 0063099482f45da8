namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>The programs that can carry a WireGuard interface.</summary>
public enum DaemonKind
{
    /// <summary>Ours.</summary>
    ApexWg,

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
        DaemonKind.WireGuardGo => Peer("backports"),
        DaemonKind.WireGuardGoOld => Peer("bookworm"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Peer(string release) => Path.Combine(Repository.Root, "artifacts", "peers", release, "usr", "bin", "wireguard-go");
}
