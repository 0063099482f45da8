using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Placement;

/// <summary>A place where nodes stand or could stand. Immutable; safe from any thread.</summary>
/// <param name="City">The city. Sites with the same city and country share the limit of their city.</param>
/// <param name="Country">The country; the default value for a site in no country, to which no limit of countries applies.</param>
/// <param name="MaxNodes">How many nodes there is room for, 0 or more. A site that has more keeps them and gets no more.</param>
public sealed record CandidateSite(string City, CountryCode Country, int MaxNodes)
{
    /// <summary>How many nodes stand there now.</summary>
    /// <value>0 by default.</value>
    public int Nodes { get; init; }

    /// <summary>How many of them must stay, say because users choose the country for itself; at most <see cref="Nodes"/>.</summary>
    /// <value>0 by default.</value>
    public int KeptNodes { get; init; }

    /// <summary>What a node costs there, in any unit of money. Counts as much as <see cref="PlacementObjective.MsPerCost"/> says.</summary>
    /// <value>0 by default.</value>
    public double NodeCost { get; init; }

    /// <summary>City and country, as in <c>Amsterdam, NL</c>.</summary>
    public override string ToString() => Country.IsNone ? City : $"{City}, {Country}";
}
