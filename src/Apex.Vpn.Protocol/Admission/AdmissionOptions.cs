namespace Apex.Vpn.Protocol.Admission;

/// <summary>How a device makes peers just in time. Read once, when the device is made.</summary>
/// <remarks>
/// Takes about 0.6 MB when switched on; beyond that at most 4096 initiations that wait, with 128 bytes of secrets each,
/// <see cref="MaxCachedGrants"/> grants of about 300 bytes, and <see cref="MaxReplayMarks"/> marks of at most 64.
/// </remarks>
public sealed class AdmissionOptions
{
    /// <summary>Whom to ask.</summary>
    public required IPeerAuthorizer Authorizer { get; init; }

    /// <summary>Spares questions about strangers.</summary>
    /// <value>Null by default: every proven key is asked about.</value>
    public IMembershipFilter? MembershipFilter { get; init; }

    /// <summary>How many questions may be with the authorizer at once; others wait their turn.</summary>
    /// <value>64 by default; at least 1.</value>
    public int MaxConcurrentLookups { get; init; } = 64;

    /// <summary>How many grants are remembered. Those that were not used for the longest time go first.</summary>
    /// <value>65 536 by default; at least 1.</value>
    public int MaxCachedGrants { get; init; } = 65_536;

    /// <summary>How many keys' last time stamps outlive their peers, so that a recorded initiation cannot be used after its peer was erased.</summary>
    /// <value>1 048 576 by default; at least 1. Beyond it the oldest goes, and a key without a mark must beat the highest that went.</value>
    public int MaxReplayMarks { get; init; } = 1 << 20;

    /// <summary>How many revoked keys are remembered, so that no late answer lets them in again. Beyond it the oldest goes.</summary>
    /// <value>65 536 by default; at least 1.</value>
    public int MaxRevokedKeys { get; init; } = 65_536;
}
