namespace Apex.Vpn.Fleet.Health;

/// <summary>What is to be done.</summary>
public enum HealthActionKind : byte
{
    /// <summary>Ask the vantage to probe the node (3 probes, 300 ms each) and report whether one was answered.</summary>
    Probe = 1,

    /// <summary>The node is suspect.</summary>
    Suspect = 2,

    /// <summary>The suspicion is over.</summary>
    Clear = 3,

    /// <summary>The node is down.</summary>
    Down = 4,

    /// <summary>The node is back.</summary>
    Up = 5,

    /// <summary>Alarm: so much fell silent at once that it may be us. Nobody of the region, or of the fleet, is suspected or marked down.</summary>
    Freeze = 6,

    /// <summary>It was not us, or it is over: verdicts go on.</summary>
    Unfreeze = 7,

    /// <summary>Alarm: this process did not run for a while. All clocks of silence begin anew.</summary>
    Stalled = 8,

    /// <summary>Alarm: a node is silent and there is no healthy node to ask.</summary>
    NoVantage = 9,
}
