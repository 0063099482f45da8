namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>Who talks to whom. <c>APEX_INTEROP_PAIRS=reference</c> puts wireguard-go on both sides, which proves the tests themselves.</summary>
public static class Pairs
{
    /// <summary>Whether wireguard-go is on both sides.</summary>
    internal static bool Reference { get; } = Environment.GetEnvironmentVariable("APEX_INTEROP_PAIRS") == "reference";

    /// <summary>Ours on the left, on the right and on both sides, against both versions.</summary>
    public static TheoryData<DaemonKind, DaemonKind> All => Reference
        ? new() { { DaemonKind.WireGuardGo, DaemonKind.WireGuardGo }, { DaemonKind.WireGuardGoOld, DaemonKind.WireGuardGo } }
        : new()
        {
            { DaemonKind.ApexWg, DaemonKind.WireGuardGo },
            { DaemonKind.WireGuardGo, DaemonKind.ApexWg },
            { DaemonKind.ApexWg, DaemonKind.WireGuardGoOld },
            { DaemonKind.WireGuardGoOld, DaemonKind.ApexWg },
            { DaemonKind.ApexWg, DaemonKind.ApexWg },
        };

    /// <summary>All those without the old wireguard-go on the left.</summary>
    public static TheoryData<DaemonKind, DaemonKind> LeftNotOld => Reference
        ? new() { { DaemonKind.WireGuardGo, DaemonKind.WireGuardGo }, { DaemonKind.WireGuardGo, DaemonKind.WireGuardGoOld } }
        : new()
        {
            { DaemonKind.ApexWg, DaemonKind.WireGuardGo },
            { DaemonKind.WireGuardGo, DaemonKind.ApexWg },
            { DaemonKind.ApexWg, DaemonKind.WireGuardGoOld },
            { DaemonKind.ApexWg, DaemonKind.ApexWg },
        };

    /// <summary>Ours on the left, on the right and on both sides.</summary>
    public static TheoryData<DaemonKind, DaemonKind> Main => Reference
        ? new() { { DaemonKind.WireGuardGo, DaemonKind.WireGuardGo } }
        : new()
        {
            { DaemonKind.ApexWg, DaemonKind.WireGuardGo },
            { DaemonKind.WireGuardGo, DaemonKind.ApexWg },
            { DaemonKind.ApexWg, DaemonKind.ApexWg },
        };

    /// <summary>
    /// Ours on the left, for behaviour that wireguard-go lacks. The new wireguard-go will not do on the right where endpoints change
    /// their family: it goes on sending to an address that it had been given earlier.
    /// </summary>
    public static TheoryData<DaemonKind, DaemonKind> LeftApex => new()
    {
        { DaemonKind.ApexWg, DaemonKind.WireGuardGoOld },
        { DaemonKind.ApexWg, DaemonKind.ApexWg },
    };

    /// <summary>
    /// Pairs whose left side can push data that leaves in IP fragments. The new wireguard-go cannot: it asks the kernel to segment
    /// what is larger than the link's MTU, which is refused (EMSGSIZE), and loses the batch.
    /// </summary>
    public static TheoryData<DaemonKind, DaemonKind> Fragmenting => Reference
        ? new() { { DaemonKind.WireGuardGoOld, DaemonKind.WireGuardGo } }
        : new()
        {
            { DaemonKind.ApexWg, DaemonKind.WireGuardGo },
            { DaemonKind.WireGuardGoOld, DaemonKind.ApexWg },
            { DaemonKind.ApexWg, DaemonKind.ApexWg },
        };

    /// <summary>Ours on the left, where the right side plays no part.</summary>
    public static TheoryData<DaemonKind, DaemonKind> LeftMatters => Reference
        ? new() { { DaemonKind.WireGuardGo, DaemonKind.WireGuardGo } }
        : new() { { DaemonKind.ApexWg, DaemonKind.WireGuardGo } };

    /// <summary>The daemon under test, where there is no other side or the other side does not matter.</summary>
    public static TheoryData<DaemonKind> Alone => Reference ? new() { DaemonKind.WireGuardGo } : new() { DaemonKind.ApexWg };
}
