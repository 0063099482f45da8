namespace Apex.Vpn.Fleet.Registry;

/// <summary>How much a drain hurries.</summary>
public enum DrainPriority : byte
{
    /// <summary>It waits until the city is whole: nodes that are down or booting count against it.</summary>
    Routine = 1,

    /// <summary>It goes before all others, and does not wait for nodes that are down or booting.</summary>
    Urgent = 2,
}
