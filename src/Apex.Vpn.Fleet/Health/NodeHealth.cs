namespace Apex.Vpn.Fleet.Health;

/// <summary>How a node seems to be.</summary>
public enum NodeHealth : byte
{
    /// <summary>Nothing points against it.</summary>
    Good = 0,

    /// <summary>Another node did not reach it, or two beats did not come.</summary>
    Suspect = 1,

    /// <summary>Silent for 13 s, and most of those who were asked do not reach it.</summary>
    Down = 2,
}
