using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Selection;

/// <summary>What a user wants: where, with what, and what for.</summary>
/// <remarks>
/// Immutable, its lists included: they must not be changed once it was used. Change it by <c>with</c>; a selector that is given the same
/// request again does not read it again. Safe from any thread. A server must pass every list that is not empty.
/// </remarks>
public sealed record SelectionRequest
{
    /// <summary>What makes a server good.</summary>
    /// <value><see cref="SelectionPolicies.Browsing"/> by default.</value>
    public ISelectionPolicy Policy { get; init; } = SelectionPolicies.Browsing;

    /// <summary>Servers by id. Naming some also admits those that are not proposed by themselves.</summary>
    /// <value>Empty by default: all.</value>
    public IReadOnlyList<Guid> Servers { get; init; } = [];

    /// <summary>Countries.</summary>
    /// <value>Empty by default: all.</value>
    public IReadOnlyList<CountryCode> Countries { get; init; } = [];

    /// <summary>Cities.</summary>
    /// <value>Empty by default: all.</value>
    public IReadOnlyList<CityName> Cities { get; init; } = [];

    /// <summary>Servers that the user does not want, or at which connecting just failed.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<Guid> ExcludedServers { get; init; } = [];

    /// <summary>Countries that the user does not want.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<CountryCode> ExcludedCountries { get; init; } = [];

    /// <summary>Providers that the user does not want, compared letter by letter.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> ExcludedProviders { get; init; } = [];

    /// <summary>Features that a server must have, all of them.</summary>
    /// <value>None by default.</value>
    public ServerFeatures Features { get; init; }

    /// <summary>Transports that the client can use; a server needs one of them.</summary>
    /// <value>WireGuard over UDP by default.</value>
    public IReadOnlyList<TransportKind> Transports { get; init; } = [TransportKind.WireGuardUdp];

    /// <summary>IP versions that the client's network has.</summary>
    /// <value>Both by default.</value>
    public AddressFamilies AddressFamilies { get; init; } = AddressFamilies.Any;

    /// <summary>The poorest latency that may decide.</summary>
    /// <value><see cref="LatencySource.Prior"/> by default.</value>
    public LatencySource LeastLatencySource { get; init; } = LatencySource.Prior;
}
