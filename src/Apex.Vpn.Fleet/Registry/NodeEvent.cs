namespace Apex.Vpn.Fleet.Registry;

/// <summary>What happens to a node: one step of its life.</summary>
public enum NodeEvent : byte
{
    /// <summary>It began to enrol: Booted → Enrolling.</summary>
    EnrolmentStarted = 1,

    /// <summary>Its proof was refused; it may try again: Enrolling → Booted.</summary>
    EnrolmentRefused = 2,

    /// <summary>It has its certificate and keys: Enrolling → Provisioned.</summary>
    Provisioned = 3,

    /// <summary>It goes into service, with little weight at first: Provisioned, Updating, Drained → Warming.</summary>
    WarmUpStarted = 4,

    /// <summary>It has its full weight: Warming → Active.</summary>
    WarmUpEnded = 5,

    /// <summary>Something points against it: Active → Suspect.</summary>
    Suspected = 6,

    /// <summary>It was nothing: Suspect → Active.</summary>
    Cleared = 7,

    /// <summary>It is gone: Suspect, Active, Warming, Draining, Drained, Updating → Down.</summary>
    Failed = 8,

    /// <summary>It is back, and has to warm up again: Down → Warming.</summary>
    Recovered = 9,

    /// <summary>Its clients are to leave: Active, Suspect, Warming → Draining.</summary>
    DrainStarted = 10,

    /// <summary>They may stay after all: Draining → Active.</summary>
    DrainCancelled = 11,

    /// <summary>They are gone: Draining → Drained.</summary>
    DrainEnded = 12,

    /// <summary>It changes its software: Drained → Updating.</summary>
    UpdateStarted = 13,

    /// <summary>It started anew and knows nothing: every state but Quarantined → Booted.</summary>
    Rebooted = 14,

    /// <summary>It is not believed any more: every state but Quarantined → Quarantined.</summary>
    Quarantined = 15,

    /// <summary>An operator looked at it: Quarantined → Booted.</summary>
    Released = 16,
}
