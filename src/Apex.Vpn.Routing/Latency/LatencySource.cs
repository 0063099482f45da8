namespace Apex.Vpn.Routing.Latency;

/// <summary>Where an estimate comes from, from the poorest to the best.</summary>
public enum LatencySource : byte
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>From distance, or from what is usual between two countries.</summary>
    Prior = 1,

    /// <summary>Predicted from a latency profile and a few probes.</summary>
    Profile = 2,

    /// <summary>Measured by this client.</summary>
    Measured = 3,
}
