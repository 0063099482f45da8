namespace Apex.Vpn.Routing.Failover;

/// <summary>What to do, and why. A value; immutable.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Reason">Why.</param>
/// <param name="Target">The id of the server that it is about; empty for one that the caller is to choose.</param>
public readonly record struct FailoverDecision(FailoverAction Action, FailoverReason Reason, Guid Target)
{
    internal static FailoverDecision Stay => default;
}
