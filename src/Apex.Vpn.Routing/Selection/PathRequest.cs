namespace Apex.Vpn.Routing.Selection;

/// <summary>What a user wants of a way that may lead through two servers.</summary>
/// <remarks>
/// Immutable; change it by <c>with</c>; safe from any thread. The two servers are never the same and never stand in the same city.
/// </remarks>
public sealed record PathRequest
{
    /// <summary>
    /// What is wanted of the server from which traffic leaves, and of the direct way. Its policy holds for the whole way.
    /// </summary>
    public required SelectionRequest Exit { get; init; }

    /// <summary>
    /// What is wanted of the first of two servers; null for any that the client can reach: transports, IP versions and exclusions of
    /// <see cref="Exit"/>, at any place.
    /// </summary>
    /// <value>Null by default.</value>
    public SelectionRequest? Entry { get; init; }

    /// <summary>When traffic goes through two servers.</summary>
    /// <value>Where it is faster, by default.</value>
    public MultihopMode Mode { get; init; }

    /// <summary>Whether the two must stand in different countries.</summary>
    /// <value>False by default.</value>
    public bool DifferentCountries { get; init; }

    /// <summary>Whether the two must be known to have different providers; of a provider that is not told, nothing is known.</summary>
    /// <value>False by default.</value>
    public bool DifferentProviders { get; init; }
}
