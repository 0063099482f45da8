using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryAudit(MemorySession session) : IAuditLog
{
    public ValueTask AppendAsync(
        string actor, string action, string subject, string detail = "", CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        state.Audit = state.Audit.Add(new AuditEntry(Guid.NewGuid(), session.Now, actor, action, subject, detail));
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<AuditEntry>> ListAsync(int limit, CancellationToken cancellationToken = default)
    {
        Limits.CheckPage(limit);
        return new([.. session.Read.Audit.OrderByDescending(static entry => entry.At).ThenBy(static entry => entry.Id).Take(limit)]);
    }
}
