using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>device</c>.</summary>
internal sealed class DeviceTable(SqlSession session, AddressTable addresses) : IDeviceStore
{
    private const string Columns = "id, account_id, public_key, name, pool, address_index, created_at, revoked_at";

    // Counts and holds the account's row at once, so that two devices that come together do not both become the last one.
    private const string Count =
        "UPDATE account SET device_count = device_count + 1 WHERE id = @account_id AND device_count < device_limit";

    private const string Uncount = "UPDATE account SET device_count = device_count - 1 WHERE id = @account_id";

    private const string AccountExists = "SELECT 1 FROM account WHERE id = @account_id";

    private const string Insert = $"""
        INSERT INTO device ({Columns})
        SELECT @id, @account_id, @public_key, @name, pool, idx, @now, NULL
        FROM inner_address WHERE pool = @pool AND idx = @idx AND device_id = @id
        ON CONFLICT DO NOTHING
        """;

    private const string ById = $"SELECT {Columns} FROM device WHERE id = @id";

    private const string ByKey = $"SELECT {Columns} FROM device WHERE public_key = @public_key";

    private const string Page = $"SELECT {Columns} FROM device WHERE id > @after ORDER BY id LIMIT @limit";

    private const string ByAccount = $"SELECT {Columns} FROM device WHERE account_id = @account_id ORDER BY id";

    private const string Revoke = "UPDATE device SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL RETURNING account_id";

    private const string EndSessions = "UPDATE session SET revoked_at = @now WHERE device_id = @id AND revoked_at IS NULL";

    public async ValueTask<DeviceAddition> AddAsync(Device device, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(device.Name);
        if (await session.Write(Count).Bind("@account_id", device.AccountId).ExecuteAsync(cancellationToken).ConfigureAwait(false) == 0)
        {
            int? exists = await session.Read(AccountExists).Bind("@account_id", device.AccountId)
                .FirstAsync(static _ => (int?)1, cancellationToken).ConfigureAwait(false);
            return exists is null ? DeviceAddition.NoAccount : DeviceAddition.LimitReached;
        }
        int added = await session.Write(Insert)
            .Bind("@id", device.Id).Bind("@account_id", device.AccountId).Bind("@public_key", device.PublicKey).Bind("@name", device.Name)
            .Bind("@now", session.Now).Bind("@pool", device.Address.Pool).Bind("@idx", device.Address.Index)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (added > 0) return DeviceAddition.Added;
        await session.Write(Uncount).Bind("@account_id", device.AccountId).ExecuteAsync(cancellationToken).ConfigureAwait(false);
        return DeviceAddition.Taken;
    }

    public ValueTask<Device?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        session.Read(ById).Bind("@id", id).FirstAsync(Read, cancellationToken);

    public ValueTask<Device?> FindByKeyAsync(PublicKey publicKey, CancellationToken cancellationToken = default) =>
        session.Read(ByKey).Bind("@public_key", publicKey).FirstAsync(Read, cancellationToken);

    public ValueTask<IReadOnlyList<Device>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken = default)
    {
        Limits.CheckPage(limit);
        return session.Read(Page).Bind("@after", after?.ToString("D") ?? "").Bind("@limit", limit).ListAsync(Read, cancellationToken);
    }

    public ValueTask<IReadOnlyList<Device>> ListByAccountAsync(Guid accountId, CancellationToken cancellationToken = default) =>
        session.Read(ByAccount).Bind("@account_id", accountId).ListAsync(Read, cancellationToken);

    public async ValueTask<bool> RevokeAsync(Guid id, CancellationToken cancellationToken = default)
    {
        Guid? account = await session.Write(Revoke).Bind("@now", session.Now).Bind("@id", id)
            .FirstAsync(static row => (Guid?)row.Id(0), cancellationToken).ConfigureAwait(false);
        if (account is not { } owner) return false;
        await session.Write(Uncount).Bind("@account_id", owner).ExecuteAsync(cancellationToken).ConfigureAwait(false);
        await session.Write(EndSessions).Bind("@now", session.Now).Bind("@id", id).ExecuteAsync(cancellationToken).ConfigureAwait(false);
        await addresses.ReleaseAsync(id, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static Device Read(Row row) => new()
    {
        Id = row.Id(0),
        AccountId = row.Id(1),
        PublicKey = new PublicKey(row.Bytes(2)),
        Name = row.Text(3),
        Address = new InnerAddress(row.Text(4), row.Number(5)),
        CreatedAt = row.Time(6),
        RevokedAt = row.TimeOrNull(7),
    };
}
