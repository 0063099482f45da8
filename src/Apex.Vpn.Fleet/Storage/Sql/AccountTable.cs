using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>account</c>.</summary>
internal sealed class AccountTable(SqlSession session) : IAccountStore
{
    private const string Columns = "id, kind, lookup, argon2id, entitled_until, device_limit, device_count, created_at";

    private const string Insert = $"""
        INSERT INTO account ({Columns})
        VALUES (@id, @kind, @lookup, @argon2id, @entitled_until, @device_limit, 0, @now)
        ON CONFLICT DO NOTHING
        """;

    private const string ById = $"SELECT {Columns} FROM account WHERE id = @id";

    private const string ByLookup = $"SELECT {Columns} FROM account WHERE lookup = @lookup";

    private const string SetEntitlement =
        "UPDATE account SET entitled_until = @entitled_until, device_limit = @device_limit WHERE id = @id";

    private const string SetPassword = "UPDATE account SET argon2id = @argon2id WHERE id = @id";

    private const string ReleaseAddresses = """
        UPDATE inner_address SET device_id = NULL, free_at = @free_at
        WHERE device_id IN (SELECT id FROM device WHERE account_id = @id)
        """;

    private const string Delete = "DELETE FROM account WHERE id = @id";

    public async ValueTask<bool> AddAsync(Account account, CancellationToken cancellationToken = default)
    {
        Limits.CheckKnown(account.Kind, nameof(account));
        ArgumentOutOfRangeException.ThrowIfNegative(account.DeviceLimit, nameof(account));
        return await session.Write(Insert)
            .Bind("@id", account.Id).Bind("@kind", account.Kind).Bind("@lookup", account.Lookup).Bind("@argon2id", account.Argon2id)
            .Bind("@entitled_until", account.EntitledUntil).Bind("@device_limit", account.DeviceLimit).Bind("@now", session.Now)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public ValueTask<Account?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        session.Read(ById).Bind("@id", id).FirstAsync(Read, cancellationToken);

    public ValueTask<Account?> FindByLookupAsync(ReadOnlyMemory<byte> lookup, CancellationToken cancellationToken = default) =>
        session.Read(ByLookup).Bind("@lookup", lookup).FirstAsync(Read, cancellationToken);

    public async ValueTask<bool> SetEntitlementAsync(
        Guid id, DateTimeOffset? until, int deviceLimit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deviceLimit);
        return await session.Write(SetEntitlement)
            .Bind("@entitled_until", until).Bind("@device_limit", deviceLimit).Bind("@id", id)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    public async ValueTask<bool> SetPasswordAsync(Guid id, ReadOnlyMemory<byte> argon2id, CancellationToken cancellationToken = default) =>
        await session.Write(SetPassword).Bind("@argon2id", argon2id).Bind("@id", id)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;

    public async ValueTask<bool> RemoveAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await session.Write(ReleaseAddresses).Bind("@free_at", session.Now + AddressPool.Quarantine).Bind("@id", id)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);
        // Devices and sessions go with it: their tables say so.
        return await session.Write(Delete).Bind("@id", id).ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    private static Account Read(Row row) => new()
    {
        Id = row.Id(0),
        Kind = row.Value<AccountKind>(1),
        Lookup = row.Bytes(2),
        Argon2id = row.Bytes(3),
        EntitledUntil = row.TimeOrNull(4),
        DeviceLimit = (int)row.Number(5),
        DeviceCount = (int)row.Number(6),
        CreatedAt = row.Time(7),
    };
}
