namespace Apex.Vpn.Routing.Latency;

/// <summary>One server to probe in a round. A value; immutable.</summary>
/// <param name="Server">Its index in the list.</param>
/// <param name="Version">By which Internet Protocol.</param>
public readonly record struct ProbeOrder(int Server, IpVersion Version);
