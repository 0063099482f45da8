using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// All servers of a fleet as the control plane signed them: the same bytes for every client. Immutable; safe from any thread. Everything
/// else that is said of servers (status, latency, choice) names them by their index in <see cref="Servers"/>.
/// </summary>
public sealed class ServerList
{
    /// <summary>Counts up with every change. A client never goes back to a lower one.</summary>
    public required long Version { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset Issued { get; init; }

    /// <summary>Until when a server may be chosen from it.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The servers, in the order of the list.</summary>
    public required IReadOnlyList<Server> Servers { get; init; }

    /// <summary>Keys that must not be used any more, whatever else says so.</summary>
    public IReadOnlyList<PublicKey> RevokedKeys { get; init; } = [];
}
