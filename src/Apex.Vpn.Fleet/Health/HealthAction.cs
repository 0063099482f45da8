using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Health;

/// <summary>Something that the caller is to do. A value; immutable.</summary>
/// <param name="Kind">What.</param>
/// <param name="Node">The node that it is about; empty for <see cref="HealthActionKind.Freeze"/>, Unfreeze and Stalled.</param>
/// <param name="Epoch">The epoch of the node's stream that this rests on.</param>
/// <param name="Reason">Why; 0 for probes and alarms.</param>
/// <param name="Vantage">For <see cref="HealthActionKind.Probe"/>: the node to ask.</param>
/// <param name="Round">For <see cref="HealthActionKind.Probe"/>: to be given back with the report.</param>
/// <param name="Region">For <see cref="HealthActionKind.Freeze"/> and Unfreeze: the region; null for the whole fleet.</param>
public readonly record struct HealthAction(
    HealthActionKind Kind, Guid Node, long Epoch, NodeReason Reason, Guid Vantage, int Round, string? Region);
