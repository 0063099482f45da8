using Apex.Vpn.Testing;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>A theory that needs root, <c>/dev/net/tun</c>, both wireguard-go versions and the usual programs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerTheoryAttribute : TheoryAttribute
{
    /// <summary>Computes the reason to skip.</summary>
    public PeerTheoryAttribute() => Skip = PeerRequirements.Reason;
}

/// <summary>A fact with the same needs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerFactAttribute : FactAttribute
{
    /// <summary>Computes the reason to skip.</summary>
    public PeerFactAttribute() => Skip = PeerRequirements.Reason;
}

/// <summary>A fact on behaviour that wireguard-go lacks: it runs with our daemon only.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ApexFactAttribute : FactAttribute
{
    /// <summary>Computes the reason to skip.</summary>
    public ApexFactAttribute() => Skip = PeerRequirements.Reason ?? (Pairs.Reference ? "our daemon only" : null);
}

/// <summary>A theory on behaviour that wireguard-go lacks: it runs with our daemon only.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ApexTheoryAttribute : TheoryAttribute
{
    /// <summary>Computes the reason to skip.</summary>
    public ApexTheoryAttribute() => Skip = PeerRequirements.Reason ?? (Pairs.Reference ? "our daemon only" : null);
}

/// <summary>A theory on our daemon compiled ahead of time.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PublishedTheoryAttribute : TheoryAttribute
{
    /// <summary>Computes the reason to skip.</summary>
    public PublishedTheoryAttribute() => Skip = PeerRequirements.Reason ?? PeerRequirements.PublishedReason;
}

/// <summary>A fact with the same needs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PublishedFactAttribute : FactAttribute
{
    /// <summary>Computes the reason to skip.</summary>
    public PublishedFactAttribute() => Skip = PeerRequirements.Reason ?? PeerRequirements.PublishedReason;
}

/// <summary>What these tests need of the machine.</summary>
internal static class PeerRequirements
{
    private static readonly string[] Programs =
        ["ip", "wg", "wg-quick", "ping", "iperf3", "nft", "conntrack", "sysctl", "kill", "setpriv", "unshare"];

    /// <summary>The reason to skip, null when the tests can run.</summary>
    public static string? Reason { get; } = Requirements.Root()
        ?? Requirements.Programs(Programs)
        ?? Requirements.Files("run .ci/peers", DaemonKind.WireGuardGo.Program(), DaemonKind.WireGuardGoOld.Program());

    /// <summary>The reason to skip what needs our daemon compiled ahead of time.</summary>
    public static string? PublishedReason { get; } = Requirements.Files("run samples/WireGuard/publish", DaemonKinds.Published("apex-wg"));
}
