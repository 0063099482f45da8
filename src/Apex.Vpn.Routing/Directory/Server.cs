namespace Apex.Vpn.Routing.Directory;

/// <summary>One server of a <see cref="ServerList"/>. Immutable; safe from any thread.</summary>
public sealed class Server
{
    /// <summary>The server's id, which stays as long as the server does: the node id of notices.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name that people see, as in <c>nl-ams-03</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required Place Place { get; init; }

    /// <summary>Who houses it; failures come by provider. Empty when not told.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Where it is reached; at least one.</summary>
    public required IReadOnlyList<ServerEndpoint> Endpoints { get; init; }

    /// <summary>Its WireGuard identities; at least one.</summary>
    public required IReadOnlyList<ServerKey> Keys { get; init; }

    /// <summary>What it offers.</summary>
    public ServerFeatures Features { get; init; }

    /// <summary>What it can carry, in Mbit/s; its weight among servers that are as near.</summary>
    public required int Capacity { get; init; }
}
