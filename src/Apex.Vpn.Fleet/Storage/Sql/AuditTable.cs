using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>audit</c>.</summary>
internal sealed class AuditTable(SqlSession session) : IAuditLog
{
    private const string Insert = """
        INSERT INTO audit (id, at, actor, action, subject, detail) VALUES (@id, @now, @actor, @action, @subject, @detail)
        """;

    private const string Newest = "SELECT id, at, actor, action, subject, detail FROM audit ORDER BY at DESC, id LIMIT @limit";

    public async ValueTask AppendAsync(
        string actor, string action, string subject, string detail = "", CancellationToken cancellationToken = default) =>
        await session.Write(Insert)
            .Bind("@id", Guid.NewGuid()).Bind("@now", session.Now).Bind("@actor", actor).Bind("@action", action)
            .Bind("@subject", subject).Bind("@detail", detail)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<AuditEntry>> ListAsync(int limit, CancellationToken cancellationToken = default)
    {
        Limits.CheckPage(limit);
        return session.Read(Newest).Bind("@limit", limit).ListAsync(
            static row => new AuditEntry(row.Id(0), row.Time(1), row.Text(2), row.Text(3), row.Text(4), row.Text(5)), cancellationToken);
    }
}
