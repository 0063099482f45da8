namespace Apex.Vpn.Fleet.Registry;

/// <summary>Why something happened to a node. Every transition has one.</summary>
public enum NodeReason : byte
{
    /// <summary>A stream with a new boot id came.</summary>
    NewBoot = 1,

    /// <summary>The node asked to enrol.</summary>
    EnrolmentRequested = 2,

    /// <summary>Its token or attestation was refused, or an operator did not approve.</summary>
    ProofRefused = 3,

    /// <summary>Its proof was accepted and its certificate issued.</summary>
    CertificateIssued = 4,

    /// <summary>Its self-test passed: handshake, DNS, throughput.</summary>
    SelfTestPassed = 5,

    /// <summary>It warmed up for its time.</summary>
    WarmedUp = 6,

    /// <summary>Another node did not reach it.</summary>
    VantageFailed = 7,

    /// <summary>Two beats in a row did not come.</summary>
    BeatsMissed = 8,

    /// <summary>It is silent, and most of those who were asked do not reach it.</summary>
    SilentAndUnreachable = 9,

    /// <summary>Three good beats came.</summary>
    BeatsCame = 10,

    /// <summary>Its host is worked on.</summary>
    Maintenance = 11,

    /// <summary>It gets a new release.</summary>
    Update = 12,

    /// <summary>It is needed elsewhere, or not at all.</summary>
    Capacity = 13,

    /// <summary>Its last client left.</summary>
    Emptied = 14,

    /// <summary>Its time was over.</summary>
    DeadlinePassed = 15,

    /// <summary>Its attestation is wrong.</summary>
    BadAttestation = 16,

    /// <summary>Its clock is off by more than a minute.</summary>
    ClockOff = 17,

    /// <summary>Two machines claim to be it.</summary>
    DuplicateIdentity = 18,

    /// <summary>An operator said so.</summary>
    Operator = 19,
}
