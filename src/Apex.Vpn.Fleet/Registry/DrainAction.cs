namespace Apex.Vpn.Fleet.Registry;

/// <summary>A step of a drain that the caller is to take. A value; immutable.</summary>
/// <param name="Kind">What.</param>
/// <param name="Node">The node.</param>
/// <param name="Reason">Why; for <see cref="DrainActionKind.Finish"/>, how it ended.</param>
/// <param name="Deadline">When its last client has to be gone, on the caller's clock.</param>
public readonly record struct DrainAction(DrainActionKind Kind, Guid Node, NodeReason Reason, TimeSpan Deadline);
