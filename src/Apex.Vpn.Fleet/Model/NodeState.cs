namespace Apex.Vpn.Fleet.Model;

/// <summary>Where a node stands in its life.</summary>
/// <remarks>
/// <c>Booted → Enrolling → Provisioned → Warming → Active ⇄ Suspect → Down</c>, <c>Active → Draining → Drained → Updating → Warming</c>,
/// and <c>Quarantined</c> from anywhere. The store keeps states by name and does not judge which may follow which.
/// </remarks>
public enum NodeState
{
    /// <summary>A state that this build does not know: a newer one wrote it. It can be read and not be written.</summary>
    Unknown = 0,

    /// <summary>It runs and nobody knows it yet.</summary>
    Booted = 1,

    /// <summary>It proves who it is.</summary>
    Enrolling = 2,

    /// <summary>It has its certificate and its keys.</summary>
    Provisioned = 3,

    /// <summary>It takes clients, with a weight that grows.</summary>
    Warming = 4,

    /// <summary>In service.</summary>
    Active = 5,

    /// <summary>Missed, and not yet given up.</summary>
    Suspect = 6,

    /// <summary>Given up: nobody reaches it.</summary>
    Down = 7,

    /// <summary>It takes no new clients and waits for the others to leave.</summary>
    Draining = 8,

    /// <summary>Without clients.</summary>
    Drained = 9,

    /// <summary>It changes its release.</summary>
    Updating = 10,

    /// <summary>Shut out: bad attestation, a clock that is off, an identity that two claim.</summary>
    Quarantined = 11,
}
