namespace Apex.Vpn.Fleet.Registry;

/// <summary>Where a node stands, as far as failures go: what shares one of these fails together. Immutable; safe from any thread.</summary>
/// <param name="Region">What one cut of the network may take along, as in <c>eu-west</c>.</param>
/// <param name="City">The city.</param>
/// <param name="Provider">Who houses it.</param>
public sealed record NodeSite(string Region, string City, string Provider);
