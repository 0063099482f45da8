using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>How something is written. Immutable; safe from any thread.</summary>
public sealed class WriteOptions
{
    /// <summary>
    /// The lease under which is written: the transaction holds the lease's row until it has committed, so that nobody takes the lease over
    /// in between, and ends with a <see cref="LeaseLostException"/> when somebody already has. Expiry alone refuses nothing.
    /// </summary>
    /// <value>Null by default: no lease is needed.</value>
    public Lease? Fence { get; init; }
}
