using System.Runtime.InteropServices;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Selection;

/// <summary>
/// A server list laid out for choosing: one array per property, so that ten thousand servers are gone through without following a pointer.
/// </summary>
/// <remarks>Made once per list; immutable; safe from any thread, and for any number of selectors. About 100 bytes per server.</remarks>
public sealed class SelectionCatalog
{
    // Two bits per kind of transport, IPv4 and IPv6; kinds from here on are not known to any client of this version.
    private const int MaxTransports = 32;

    private readonly Dictionary<Guid, int> _indices;
    private readonly Dictionary<CountryCode, int> _countryNumbers = [];
    private readonly Dictionary<CityName, int> _cityNumbers = [];
    private readonly Dictionary<string, int> _providerNumbers = new(StringComparer.Ordinal);

    /// <summary>Lays out a list.</summary>
    /// <param name="list">The list. Of servers that share an id, only the first is found by it.</param>
    public SelectionCatalog(ServerList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        List = list;
        Servers = [.. list.Servers];
        int count = Servers.Length;
        _indices = new Dictionary<Guid, int>(count);
        (Countries, Cities, Providers) = (new int[count], new int[count], new int[count]);
        (Features, Endpoints, Identities) = (new ServerFeatures[count], new ulong[count], new ulong[count]);
        FirstPeriods = new int[count + 1];
        var revoked = new HashSet<PublicKey>(list.RevokedKeys);
        var periods = new List<KeyPeriod>(count);
        for (int i = 0; i < count; i++)
        {
            Server server = Servers[i];
            _indices.TryAdd(server.Id, i);
            Countries[i] = Number(_countryNumbers, server.Place.Country);
            Cities[i] = Number(_cityNumbers, CityName.Of(server.Place));
            Providers[i] = Number(_providerNumbers, server.Provider);
            Features[i] = server.Features;
            foreach (ServerEndpoint endpoint in server.Endpoints) Endpoints[i] |= Bit(endpoint);
            Identities[i] = Identity(server.Id);
            foreach (ServerKey key in server.Keys)
                periods.Add(new KeyPeriod(key.NotBefore.UtcTicks, key.NotAfter.UtcTicks, revoked.Contains(key.Key)));
            FirstPeriods[i + 1] = periods.Count;
        }
        Periods = [.. periods];
    }

    /// <summary>The list.</summary>
    public ServerList List { get; }

    /// <summary>How many servers it has.</summary>
    public int Count => Servers.Length;

    internal Server[] Servers { get; }

    internal ServerFeatures[] Features { get; }

    /// <summary>
    /// By server: numbers of its country, city and provider, each counted from 0 in the order in which the list names them.
    /// </summary>
    internal int[] Countries { get; }

    internal int[] Cities { get; }

    internal int[] Providers { get; }

    /// <summary>By server: which transports it speaks over which IP version, <see cref="EndpointBits"/>.</summary>
    internal ulong[] Endpoints { get; }

    /// <summary>By server: its id as a number that draws lots.</summary>
    internal ulong[] Identities { get; }

    /// <summary>The periods of server i's keys stand from FirstPeriods[i] to FirstPeriods[i + 1].</summary>
    internal int[] FirstPeriods { get; }

    internal KeyPeriod[] Periods { get; }

    internal int CountryCount => _countryNumbers.Count;

    internal int CityCount => _cityNumbers.Count;

    internal int ProviderCount => _providerNumbers.Count;

    /// <summary>A server's index in the list by its id; -1 when it is not in the list.</summary>
    /// <param name="id">The id.</param>
    public int IndexOf(Guid id) => _indices.GetValueOrDefault(id, -1);

    internal int CountryNumber(CountryCode country) => _countryNumbers.GetValueOrDefault(country, -1);

    internal int CityNumber(CityName city) => _cityNumbers.GetValueOrDefault(city, -1);

    internal int ProviderNumber(string provider) => _providerNumbers.GetValueOrDefault(provider, -1);

    /// <summary>Whether nobody told who houses the server.</summary>
    internal bool IsProviderUnknown(int server) => Servers[server].Provider.Length == 0;

    /// <summary>The bits of <see cref="Endpoints"/> that stand for a transport over some IP versions.</summary>
    internal static ulong EndpointBits(TransportKind transport, AddressFamilies families) =>
        (int)transport is > 0 and < MaxTransports ? (ulong)(families & AddressFamilies.Any) << (2 * (int)transport) : 0;

    private static ulong Bit(ServerEndpoint endpoint) => EndpointBits(
        endpoint.Transport,
        endpoint.Address.IsIPv4 ? AddressFamilies.IPv4 : endpoint.Address.IsIPv6 ? AddressFamilies.IPv6 : AddressFamilies.None);

    private static int Number<T>(Dictionary<T, int> numbers, T value) where T : notnull
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, value, out bool exists);
        return exists ? number : number = numbers.Count - 1;
    }

    private static ulong Identity(Guid id)
    {
        ReadOnlySpan<ulong> halves = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in id));
        return RandomBits.Mix(halves[0] ^ RandomBits.Mix(halves[1]));
    }
}
