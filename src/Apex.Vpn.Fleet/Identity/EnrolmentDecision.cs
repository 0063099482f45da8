namespace Apex.Vpn.Fleet.Identity;

/// <summary>Whether a node may join, and as whom.</summary>
/// <param name="State">Approved, or why not.</param>
/// <param name="Node">The id that it gets; empty unless approved.</param>
public readonly record struct EnrolmentDecision(EnrolmentState State, Guid Node)
{
    /// <summary>A plain no.</summary>
    public static EnrolmentDecision Refused => new(EnrolmentState.Refused, Guid.Empty);
}
