namespace Apex.Vpn.Routing.Placement;

/// <summary>Users who share a latency to every site: those of a city, a network, a host. Immutable; safe from any thread.</summary>
/// <param name="Place">What to call it in explanations.</param>
/// <param name="Weight">How much demand comes from it, in any unit, 0 or more. Only the ratios between weights matter.</param>
public sealed record DemandPoint(string Place, double Weight);
