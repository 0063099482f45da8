using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>session</c>, and of <c>session_spent</c>: the hashes of tokens that were replaced.</summary>
internal sealed class SessionTable(SqlSession session) : ISessionTable
{
    private const string Columns = "id, account_id, device_id, hash, generation, expires_at, created_at, revoked_at";

    private const string Insert = $"""
        INSERT INTO session ({Columns})
        SELECT @id, account_id, id, @hash, 0, @expires_at, @now, NULL
        FROM device WHERE id = @device_id AND account_id = @account_id AND revoked_at IS NULL
        ON CONFLICT DO NOTHING
        """;

    private const string ById = $"SELECT {Columns} FROM session WHERE id = @id";

    private const string Rotate = $"""
        UPDATE session SET hash = @replacement, generation = generation + 1, expires_at = @expires_at
        WHERE hash = @presented AND device_id = @device_id AND revoked_at IS NULL AND expires_at > @now
        RETURNING {Columns}
        """;

    private const string Spend = "INSERT INTO session_spent (hash, session_id) VALUES (@hash, @session_id)";

    private const string EndReused = $"""
        UPDATE session SET revoked_at = @now
        WHERE id IN (SELECT session_id FROM session_spent WHERE hash = @presented) AND revoked_at IS NULL
        RETURNING {Columns}
        """;

    private const string Revoke = "UPDATE session SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL";

    private const string RevokeAll = "UPDATE session SET revoked_at = @now WHERE account_id = @account_id AND revoked_at IS NULL";

    private const string Trim = "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < @before LIMIT @limit)";

    public async ValueTask<bool> AddAsync(Session added, CancellationToken cancellationToken = default) =>
        await session.Write(Insert)
            .Bind("@id", added.Id).Bind("@hash", added.Hash).Bind("@expires_at", added.ExpiresAt).Bind("@now", session.Now)
            .Bind("@device_id", added.DeviceId).Bind("@account_id", added.AccountId)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;

    public ValueTask<Session?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        session.Read(ById).Bind("@id", id).FirstAsync(Read, cancellationToken);

    public async ValueTask<SessionRotation> RotateAsync(
        ReadOnlyMemory<byte> presented,
        ReadOnlyMemory<byte> replacement,
        Guid deviceId,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken = default)
    {
        Session? rotated = await session.Write(Rotate)
            .Bind("@replacement", replacement).Bind("@expires_at", expiresAt).Bind("@presented", presented).Bind("@device_id", deviceId)
            .Bind("@now", session.Now)
            .FirstAsync(Read, cancellationToken).ConfigureAwait(false);
        if (rotated is not null)
        {
            await session.Write(Spend).Bind("@hash", presented).Bind("@session_id", rotated.Id)
                .ExecuteAsync(cancellationToken).ConfigureAwait(false);
            return new SessionRotation(SessionOutcome.Rotated, rotated);
        }
        Session? ended = await session.Write(EndReused).Bind("@now", session.Now).Bind("@presented", presented)
            .FirstAsync(Read, cancellationToken).ConfigureAwait(false);
        return new SessionRotation(ended is null ? SessionOutcome.Refused : SessionOutcome.Reused, ended);
    }

    public async ValueTask<bool> RevokeAsync(Guid id, CancellationToken cancellationToken = default) =>
        await session.Write(Revoke).Bind("@now", session.Now).Bind("@id", id).ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;

    public ValueTask<int> RevokeAllAsync(Guid accountId, CancellationToken cancellationToken = default) =>
        session.Write(RevokeAll).Bind("@now", session.Now).Bind("@account_id", accountId).ExecuteAsync(cancellationToken);

    public ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        session.Write(Trim).Bind("@before", session.Now - age).Bind("@limit", limit).ExecuteAsync(cancellationToken);

    private static Session Read(Row row) => new()
    {
        Id = row.Id(0),
        AccountId = row.Id(1),
        DeviceId = row.Id(2),
        Hash = row.Bytes(3),
        Generation = row.Number(4),
        ExpiresAt = row.Time(5),
        CreatedAt = row.Time(6),
        RevokedAt = row.TimeOrNull(7),
    };
}
