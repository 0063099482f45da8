using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>revocation</c>.</summary>
internal sealed class RevocationTable(SqlSession session) : IRevocationTable
{
    private const string Insert = """
        INSERT INTO revocation (kind, subject, revoked_at, expires_at) VALUES (@kind, @subject, @now, @expires_at)
        ON CONFLICT DO NOTHING
        """;

    private const string Exists = "SELECT 1 FROM revocation WHERE kind = @kind AND subject = @subject";

    private const string ByKind =
        "SELECT kind, subject, revoked_at, expires_at FROM revocation WHERE kind = @kind ORDER BY revoked_at, subject";

    private const string Trim = """
        DELETE FROM revocation
        WHERE (kind, subject) IN (SELECT kind, subject FROM revocation WHERE expires_at < @before LIMIT @limit)
        """;

    public async ValueTask<bool> AddAsync(Revocation revocation, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(revocation.Kind);
        return await session.Write(Insert)
            .Bind("@kind", revocation.Kind).Bind("@subject", revocation.Subject).Bind("@now", session.Now)
            .Bind("@expires_at", revocation.ExpiresAt)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public async ValueTask<bool> ContainsAsync(string kind, ReadOnlyMemory<byte> subject, CancellationToken cancellationToken = default) =>
        await session.Read(Exists).Bind("@kind", kind).Bind("@subject", subject)
            .FirstAsync(static _ => true, cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<Revocation>> ListAsync(string kind, CancellationToken cancellationToken = default) =>
        session.Read(ByKind).Bind("@kind", kind)
            .ListAsync(static row => new Revocation(row.Text(0), row.Bytes(1), row.Time(2), row.TimeOrNull(3)), cancellationToken);

    public ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        session.Write(Trim).Bind("@before", session.Now - age).Bind("@limit", limit).ExecuteAsync(cancellationToken);
}
