using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Selection;

/// <summary>A city: its name within its country. A value; immutable.</summary>
/// <param name="Country">The country.</param>
/// <param name="City">The name as the server list has it, compared letter by letter.</param>
public readonly record struct CityName(CountryCode Country, string City)
{
    /// <summary>The city in which a place lies.</summary>
    /// <param name="place">The place.</param>
    public static CityName Of(Place place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return new(place.Country, place.City);
    }
}
