namespace Apex.Vpn.Fleet.Model;

/// <summary>Where a node is in its life. The numbers are stored: they never change.</summary>
public enum NodeState : byte
{
    /// <summary>A state that this build does not know: a newer one wrote it. It can be read and not be written.</summary>
    Unknown = 0,

    /// <summary>It runs, holds nothing and has proven nothing.</summary>
    Booted = 1,

    /// <summary>It shows who it is.</summary>
    Enrolling = 2,

    /// <summary>It has a certificate and WireGuard keys; no client knows of it.</summary>
    Provisioned = 3,

    /// <summary>In service with a part of its weight, which grows.</summary>
    Warming = 4,

    /// <summary>In service.</summary>
    Active = 5,

    /// <summary>In service, but something points against it: it is not proposed to new clients.</summary>
    Suspect = 6,

    /// <summary>Silent, and others do not reach it either: not listed.</summary>
    Down = 7,

    /// <summary>Its clients are asked to leave; new ones are not taken.</summary>
    Draining = 8,

    /// <summary>Without clients.</summary>
    Drained = 9,

    /// <summary>It changes its software.</summary>
    Updating = 10,

    /// <summary>Not believed any more; only an operator lets it enrol again.</summary>
    Quarantined = 11,
}
