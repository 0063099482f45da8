namespace Apex.Vpn.Routing.Failover;

/// <summary>Whether to stay. A value; immutable.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Server">The id of the server to move to, or that would be moved to; empty for none.</param>
/// <param name="Gain">By how much that one is faster, in milliseconds.</param>
public readonly record struct StickinessVerdict(StickinessReason Reason, Guid Server, double Gain)
{
    /// <summary>Whether to move.</summary>
    public bool Moves => Reason is StickinessReason.Better or StickinessReason.Lossy;
}
