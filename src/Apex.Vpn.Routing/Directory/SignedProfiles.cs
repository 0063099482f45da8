namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Latency profiles as the control plane signed them. What the payload says is not looked at here. Immutable; safe from any thread.
/// </summary>
public sealed class SignedProfiles
{
    /// <summary>Counts up with every publication. A client never goes back to a lower one.</summary>
    public required long Sequence { get; init; }

    /// <summary>When they were signed.</summary>
    public required DateTimeOffset Issued { get; init; }

    /// <summary>Until when they may be used.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>What was measured.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The generation of the key that signed them.</summary>
    public uint Generation { get; init; }
}
