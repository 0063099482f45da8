namespace Apex.Vpn.Fleet.Model;

/// <summary>One line of the audit log: what an operator or the control plane itself did. Immutable; safe from any thread.</summary>
/// <param name="Id">The entry's id; random.</param>
/// <param name="At">When, by the database's clock.</param>
/// <param name="Actor">Who: an operator's name or a replica's; no client address.</param>
/// <param name="Action">What, as in <c>node.drain</c>.</param>
/// <param name="Subject">To what: an id as text.</param>
/// <param name="Detail">More about it; may be empty.</param>
public sealed record AuditEntry(Guid Id, DateTimeOffset At, string Actor, string Action, string Subject, string Detail);
