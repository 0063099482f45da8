using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>enrolment_token</c>.</summary>
internal sealed class TokenTable(SqlSession session) : ITokenTable
{
    private const string Columns = "id, hash, node_name, created_at, expires_at, used_at, used_by";

    private const string Insert = $"""
        INSERT INTO enrolment_token ({Columns})
        VALUES (@id, @hash, @node_name, @now, @expires_at, NULL, NULL)
        ON CONFLICT DO NOTHING
        """;

    private const string ById = $"SELECT {Columns} FROM enrolment_token WHERE id = @id";

    private const string Claim = $"""
        UPDATE enrolment_token SET used_at = @now, used_by = @used_by
        WHERE id = @id AND hash = @hash AND used_at IS NULL AND expires_at > @now
        RETURNING {Columns}
        """;

    private const string Trim =
        "DELETE FROM enrolment_token WHERE id IN (SELECT id FROM enrolment_token WHERE expires_at < @before LIMIT @limit)";

    public async ValueTask<bool> AddAsync(EnrolmentToken token, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(token.NodeName);
        return await session.Write(Insert)
            .Bind("@id", token.Id).Bind("@hash", token.Hash).Bind("@node_name", token.NodeName)
            .Bind("@now", session.Now).Bind("@expires_at", token.ExpiresAt)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public ValueTask<EnrolmentToken?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        session.Read(ById).Bind("@id", id).FirstAsync(Read, cancellationToken);

    public ValueTask<EnrolmentToken?> ClaimAsync(
        Guid id, ReadOnlyMemory<byte> hash, string usedBy, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(usedBy);
        return session.Write(Claim)
            .Bind("@now", session.Now).Bind("@used_by", usedBy).Bind("@id", id).Bind("@hash", hash)
            .FirstAsync(Read, cancellationToken);
    }

    public ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        session.Write(Trim).Bind("@before", session.Now - age).Bind("@limit", limit).ExecuteAsync(cancellationToken);

    private static EnrolmentToken Read(Row row) => new()
    {
        Id = row.Id(0),
        Hash = row.Bytes(1),
        NodeName = row.Text(2),
        CreatedAt = row.Time(3),
        ExpiresAt = row.Time(4),
        UsedAt = row.TimeOrNull(5),
        UsedBy = row.TextOrNull(6),
    };
}
