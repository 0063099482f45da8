using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>
/// What operators and the control plane did; lines are added and never changed. Part of one transaction, used by one thread at a time.
/// </summary>
public interface IAuditLog
{
    /// <summary>Adds a line, which is committed together with what it tells of.</summary>
    /// <param name="actor">Who: an operator's name or a replica's; no client address.</param>
    /// <param name="action">What, as in <c>node.drain</c>.</param>
    /// <param name="subject">To what: an id as text.</param>
    /// <param name="detail">More about it; may be empty.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask AppendAsync(string actor, string action, string subject, string detail = "", CancellationToken cancellationToken = default);

    /// <summary>The newest lines, the newest first.</summary>
    /// <param name="limit">How many at most, 1 to 10 000.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IReadOnlyList<AuditEntry>> ListAsync(int limit, CancellationToken cancellationToken = default);
}
