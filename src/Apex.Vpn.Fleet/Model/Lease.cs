namespace Apex.Vpn.Fleet.Model;

/// <summary>The right to do something that only one may do at a time, as rollouts. Immutable; safe from any thread.</summary>
/// <param name="Name">What for.</param>
/// <param name="Owner">Who holds it.</param>
/// <param name="Epoch">
/// Which holding this is: each taking of the lease has a higher one, and writes under an older one are refused
/// (<see cref="Storage.WriteOptions.Fence"/>).
/// </param>
/// <param name="ExpiresAt">When another may take it, by the database's clock.</param>
public sealed record Lease(string Name, string Owner, long Epoch, DateTimeOffset ExpiresAt);
