namespace Apex.Vpn.Routing.Placement;

/// <summary>What a plan may use. Immutable; change it by <c>with</c>. Safe from any thread.</summary>
/// <remarks>
/// Limits bind what is added: a site, city or country that already has more than its limit keeps its nodes and gets no more, so that a new
/// limit never makes the present placement impossible.
/// </remarks>
public sealed record PlacementLimits
{
    /// <summary>How many nodes in all. Fewer than stand now: the surplus is retired, and that does not count as moving.</summary>
    /// <value>As many as stand now, by default.</value>
    public int? Nodes { get; init; }

    /// <summary>The share of the present nodes that may be taken from where they stand, 0 to 1; rounded down to whole nodes.</summary>
    /// <value>1 by default: all of them.</value>
    public double MoveShare { get; init; } = 1;

    /// <summary>How many nodes in one city.</summary>
    /// <value>No limit by default.</value>
    public int? MaxPerCity { get; init; }

    /// <summary>How many nodes in one country.</summary>
    /// <value>No limit by default.</value>
    public int? MaxPerCountry { get; init; }

    /// <summary>The share of all demand that one node can serve, above 0.</summary>
    /// <value>
    /// No limit by default: every place is served by its nearest site. With a limit, demand is shared out in the way that costs least,
    /// and a place may be served by several sites.
    /// </value>
    public double? NodeCapacity { get; init; }

    internal void Validate(string parameter)
    {
        RequireOne(nameof(Nodes), Nodes);
        if (!(MoveShare is >= 0 and <= 1))
            throw new ArgumentException($"{nameof(MoveShare)} is {MoveShare}; it must be 0 to 1.", parameter);
        RequireOne(nameof(MaxPerCity), MaxPerCity);
        RequireOne(nameof(MaxPerCountry), MaxPerCountry);
        if (NodeCapacity is { } capacity && !(capacity is >= 1e-6 and < double.PositiveInfinity))
            throw new ArgumentException($"{nameof(NodeCapacity)} is {capacity}; it must be at least a millionth of all demand.", parameter);

        void RequireOne(string name, int? value)
        {
            if (value < 1) throw new ArgumentException($"{name} is {value}; it must be at least 1.", parameter);
        }
    }
}
