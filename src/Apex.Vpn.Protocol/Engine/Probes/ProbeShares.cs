using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Probes;

/// <summary>How many probes are answered: for each network in a table that never grows, and in all.</summary>
/// <remarks>Asked once a probe is known to be genuine, so that nobody else can use up anything. Safe from any thread, without locks.</remarks>
internal sealed class ProbeShares(SourceHash hash, int perNetwork, int inAll)
{
    private const int BurstsPerSecond = 8;

    private readonly SourceShares _networks = new(new TokenRate(perNetwork, burst: perNetwork));
    private readonly TokenRate _rate = new(inAll, burst: Math.Max(inAll / BurstsPerSecond, 1));
    private long _all;

    internal int PerNetwork => perNetwork;

    internal int InAll => inAll;

    /// <summary>Whether one more may be answered, and counts it if so.</summary>
    internal bool TryTake(in UdpEndpoint source, Instant now) =>
        _networks.TryTake(hash.OfNetwork(in source), now) && _rate.TryTake(ref _all, now);
}
