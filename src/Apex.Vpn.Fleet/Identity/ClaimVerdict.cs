namespace Apex.Vpn.Fleet.Identity;

/// <summary>What a sign of life of a node means for its identity.</summary>
public enum ClaimVerdict
{
    /// <summary>The node as it was.</summary>
    Known,

    /// <summary>A new boot of it, or a new node.</summary>
    New,

    /// <summary>Two boots live at once: quarantine the node, revoke its certificates, raise an alarm. Said once.</summary>
    Duplicate,

    /// <summary>It was quarantined before.</summary>
    Quarantined,

    /// <summary>There is no room for another node.</summary>
    TooManyNodes,
}
