namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>What kind of network gets into trouble.</summary>
internal sealed record ChaosOptions
{
    internal required int Nodes { get; init; }

    /// <summary>Whether all talk to the first node only, instead of each to each.</summary>
    internal bool IsStar { get; init; }

    /// <summary>How many of the first nodes have addresses that stay.</summary>
    internal int FixedNodes { get; init; } = 1;

    /// <summary>Whether somebody keeps nodes under handshake load.</summary>
    internal bool Floods { get; init; }

    /// <summary>How long it may take, once all is well again, until every pair talks.</summary>
    internal TimeSpan RecoversWithin { get; init; } = TimeSpan.FromSeconds(45);
}
