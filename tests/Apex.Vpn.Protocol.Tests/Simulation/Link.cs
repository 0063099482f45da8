namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>How the simulated network treats datagrams. Latency that varies reorders them.</summary>
internal sealed record Link
{
    internal static Link Perfect { get; } = new() { Latency = TimeSpan.FromMilliseconds(10) };

    internal TimeSpan Latency { get; init; }

    /// <summary>Up to so much is added to the latency, by chance.</summary>
    internal TimeSpan Spread { get; init; }

    /// <summary>The share of datagrams lost, 0 to 1.</summary>
    internal double Loss { get; init; }

    /// <summary>The share of datagrams that arrive twice, 0 to 1.</summary>
    internal double Duplication { get; init; }
}
