using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Selection;

/// <summary>
/// What of a request depends on the list alone, answered once per server: lists of places and ids are looked up here and not in every
/// choice. Not thread-safe.
/// </summary>
internal sealed class RequestFilter(SelectionCatalog catalog)
{
    private readonly ExclusionReason[] _reasons = new ExclusionReason[catalog.Count];
    private SelectionRequest? _request;

    /// <summary>By server: why the request leaves it out. Allocates when the request is another object than the last time.</summary>
    internal ReadOnlySpan<ExclusionReason> Apply(SelectionRequest request)
    {
        if (!ReferenceEquals(request, _request))
        {
            Fill(request);
            _request = request;
        }
        return _reasons;
    }

    private void Fill(SelectionRequest request)
    {
        bool[]? servers = Marks(request.Servers, catalog.Count, catalog.IndexOf);
        bool[]? countries = Marks(request.Countries, catalog.CountryCount, catalog.CountryNumber);
        bool[]? cities = Marks(request.Cities, catalog.CityCount, catalog.CityNumber);
        bool[]? noServers = Marks(request.ExcludedServers, catalog.Count, catalog.IndexOf);
        bool[]? noCountries = Marks(request.ExcludedCountries, catalog.CountryCount, catalog.CountryNumber);
        bool[]? noProviders = Marks(request.ExcludedProviders, catalog.ProviderCount, catalog.ProviderNumber);
        ulong spoken = 0, reachable = 0;
        foreach (TransportKind transport in request.Transports)
        {
            spoken |= SelectionCatalog.EndpointBits(transport, AddressFamilies.Any);
            reachable |= SelectionCatalog.EndpointBits(transport, request.AddressFamilies);
        }
        for (int i = 0; i < _reasons.Length; i++)
        {
            int country = catalog.Countries[i];
            _reasons[i] =
                servers is not null && !servers[i] ? ExclusionReason.ServerNotAsked
                : countries is not null && !countries[country] ? ExclusionReason.CountryNotAsked
                : cities is not null && !cities[catalog.Cities[i]] ? ExclusionReason.CityNotAsked
                : noServers is not null && noServers[i] ? ExclusionReason.ExcludedByUser
                : noCountries is not null && noCountries[country] ? ExclusionReason.ExcludedByUser
                : noProviders is not null && noProviders[catalog.Providers[i]] ? ExclusionReason.ExcludedByUser
                : (catalog.Features[i] & request.Features) != request.Features ? ExclusionReason.FeatureMissing
                : (catalog.Endpoints[i] & spoken) == 0 ? ExclusionReason.TransportMissing
                : (catalog.Endpoints[i] & reachable) == 0 ? ExclusionReason.AddressFamilyMissing
                : ExclusionReason.None;
        }
    }

    /// <summary>A mark for everyone who is named; null when nobody is. Names that the list does not know mark nobody.</summary>
    private static bool[]? Marks<T>(IReadOnlyList<T> named, int count, Func<T, int> numberOf)
    {
        if (named.Count == 0) return null;
        bool[] marks = new bool[count];
        foreach (T name in named)
        {
            if (numberOf(name) is >= 0 and var number) marks[number] = true;
        }
        return marks;
    }
}
