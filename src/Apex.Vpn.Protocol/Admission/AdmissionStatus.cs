namespace Apex.Vpn.Protocol.Admission;

/// <summary>What goes on with a device's just-in-time peers, as of one moment.</summary>
public sealed class AdmissionStatus
{
    /// <summary>Whether the authorizer answered when it was last asked; null while it has not been asked since the device was made.</summary>
    public required bool? AuthorizerAnswers { get; init; }

    /// <summary>Peers that were let in and are there now.</summary>
    public required int AdmittedPeers { get; init; }

    /// <summary>Initiations that wait for an answer.</summary>
    public required int ParkedInitiations { get; init; }

    /// <summary>Questions that wait for an answer, or for their turn.</summary>
    public required int OpenLookups { get; init; }

    /// <summary>Questions since the device was made.</summary>
    public required long Lookups { get; init; }

    /// <summary>Grants that are remembered.</summary>
    public required int CachedGrants { get; init; }

    /// <summary>Grants refused because their addresses were another peer's, or not free yet.</summary>
    public required long OverlappingGrants { get; init; }

    /// <summary>Time stamps kept of peers that were erased.</summary>
    public required int ReplayMarks { get; init; }

    /// <summary>Erased peers whose inner addresses are not free yet.</summary>
    public required int QuarantinedPeers { get; init; }
}
