using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>idempotency</c>.</summary>
internal sealed class IdempotencyTable(SqlSession session) : IIdempotencyTable
{
    // Waits for a transaction that adds the same key, and adds nothing if that commits.
    private const string Insert = """
        INSERT INTO idempotency (scope, key, digest, answer, at) VALUES (@scope, @key, @digest, @answer, @now)
        ON CONFLICT DO NOTHING
        """;

    private const string ByKey = "SELECT digest, answer FROM idempotency WHERE scope = @scope AND key = @key";

    private const string SetAnswer = "UPDATE idempotency SET answer = @answer WHERE scope = @scope AND key = @key";

    private const string Trim = """
        DELETE FROM idempotency WHERE (scope, key) IN (SELECT scope, key FROM idempotency WHERE at < @before LIMIT @limit)
        """;

    public async ValueTask<StoredAnswer?> TakeAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        int added = await session.Write(Insert)
            .Bind("@scope", key.Scope).Bind("@key", key.Value).Bind("@digest", key.Digest).Bind("@answer", ReadOnlyMemory<byte>.Empty)
            .Bind("@now", session.Now)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (added > 0) return null;
        return await session.Read(ByKey).Bind("@scope", key.Scope).Bind("@key", key.Value)
            .FirstAsync(static row => new StoredAnswer(row.Bytes(0), row.Bytes(1)), cancellationToken).ConfigureAwait(false)
            // Trimmed between the two statements.
            ?? throw new StoreUnavailableException("The answer to an earlier request with this key is gone.");
    }

    public async ValueTask SetAnswerAsync(IdempotencyKey key, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken) =>
        await session.Write(SetAnswer).Bind("@answer", answer).Bind("@scope", key.Scope).Bind("@key", key.Value)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken) =>
        session.Write(Trim).Bind("@before", session.Now - age).Bind("@limit", limit).ExecuteAsync(cancellationToken);
}
