namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>How one server is taken from those that filters and costs leave.</summary>
internal enum Strategy
{
    /// <summary>As the package does it: of two drawn by capacity from the equivalent ones, the emptier.</summary>
    TwoChoices,

    /// <summary>The one of the least cost.</summary>
    Cheapest,

    /// <summary>Any of the equivalent ones, whatever its load and capacity.</summary>
    Uniform,
}
