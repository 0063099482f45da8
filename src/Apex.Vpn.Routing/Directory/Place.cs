namespace Apex.Vpn.Routing.Directory;

/// <summary>Where a server stands. Immutable; safe from any thread.</summary>
/// <param name="City">The city's name, as users know it.</param>
/// <param name="Country">The country.</param>
/// <param name="Location">The coordinates.</param>
public sealed record Place(string City, CountryCode Country, GeoPoint Location)
{
    /// <summary>City and country, as in <c>Amsterdam, NL</c>.</summary>
    public override string ToString() => $"{City}, {Country}";
}
