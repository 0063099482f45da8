namespace Apex.Vpn.Routing.Latency;

/// <summary>Why a round of probes is due.</summary>
public enum ProbeReason : byte
{
    /// <summary>None is: stealth mode.</summary>
    None = 0,

    /// <summary>Nothing was probed yet.</summary>
    Start = 1,

    /// <summary>The client's network is another.</summary>
    NetworkChanged = 2,

    /// <summary>Many servers are looked at again.</summary>
    Full = 3,

    /// <summary>The servers that matter are looked at again.</summary>
    Incremental = 4,
}
