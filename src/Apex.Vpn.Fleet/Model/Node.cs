using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Fleet.Model;

/// <summary>One node of the fleet, as the store knows it. Immutable; safe from any thread.</summary>
/// <remarks>Times are the database's, UTC, whole microseconds.</remarks>
public sealed record Node
{
    /// <summary>
    /// The node's id, which stays as long as the node does. Random: ids in order make hot ranges in distributed databases.
    /// </summary>
    public required Guid Id { get; init; }

    /// <summary>The name that people see, as in <c>nl-ams-03</c>; unique.</summary>
    public required string Name { get; init; }

    /// <summary>The city it stands in.</summary>
    public required string City { get; init; }

    /// <summary>The country it stands in.</summary>
    public required CountryCode Country { get; init; }

    /// <summary>Who houses it; failures come by provider. Empty when not told.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Where it stands in its life.</summary>
    public required NodeState State { get; init; }

    /// <summary>
    /// Whose writes count: each replica that takes the node over raises it (<see cref="Storage.INodeStore.ClaimAsync"/>), and writes with
    /// an older one are refused. 0 for a node that nobody has claimed.
    /// </summary>
    public long Epoch { get; init; }

    /// <summary>The version of the configuration that it should run; 0 for none.</summary>
    public long ConfigurationVersion { get; init; }

    /// <summary>The version that it says it runs; 0 for none.</summary>
    public long AppliedVersion { get; init; }

    /// <summary>When it enrolled last; null when it never did.</summary>
    public DateTimeOffset? EnrolledAt { get; init; }

    /// <summary>When the row was written last. Set by the store; what a caller puts here is not looked at.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}
