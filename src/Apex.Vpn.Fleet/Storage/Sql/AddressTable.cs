using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>inner_address</c>.</summary>
internal sealed class AddressTable(SqlSession session) : IAddressStore
{
    private const string ByDevice = "SELECT pool, idx FROM inner_address WHERE device_id = @device_id";

    private const string Take = """
        INSERT INTO inner_address (pool, idx, device_id, free_at) VALUES (@pool, @idx, @device_id, NULL)
        ON CONFLICT (pool, idx) DO UPDATE SET device_id = excluded.device_id, free_at = NULL
        WHERE inner_address.device_id IS NULL AND inner_address.free_at <= @now
        """;

    private const string Rested = """
        SELECT idx FROM inner_address WHERE pool = @pool AND device_id IS NULL AND free_at <= @now AND idx < @capacity LIMIT 1
        """;

    // The first place from one on whose successor nobody has ever had.
    private const string Gap = """
        SELECT a.idx + 1 FROM inner_address a
        WHERE a.pool = @pool AND a.idx >= @start AND a.idx < @capacity - 1
            AND NOT EXISTS (SELECT 1 FROM inner_address b WHERE b.pool = a.pool AND b.idx = a.idx + 1)
        ORDER BY a.idx LIMIT 1
        """;

    private const string Release = "UPDATE inner_address SET device_id = NULL, free_at = @free_at WHERE device_id = @device_id";

    public async ValueTask<InnerAddress?> ClaimAsync(AddressPool pool, Guid deviceId, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(deviceId, cancellationToken).ConfigureAwait(false) is { } present) return present;
        for (int i = 0; i < AddressProbe.Count; i++)
        {
            long index = AddressProbe.At(deviceId, i, pool.Capacity);
            if (await TakeAsync(pool, index, deviceId, cancellationToken).ConfigureAwait(false)) return new InnerAddress(pool.Name, index);
        }
        // The pool is nearly full: look for what is left. Others look, too, so what was found may be gone.
        for (int i = 0; i < AddressProbe.MaxSearches; i++)
        {
            long start = AddressProbe.At(deviceId, AddressProbe.Count + i, pool.Capacity);
            long? found = await FreeAsync(pool, start, cancellationToken).ConfigureAwait(false);
            if (found is not { } index) return null;
            if (await TakeAsync(pool, index, deviceId, cancellationToken).ConfigureAwait(false)) return new InnerAddress(pool.Name, index);
        }
        throw new StoreUnavailableException($"Others took each free address of '{pool.Name}' that was found.");
    }

    public ValueTask<InnerAddress?> FindAsync(Guid deviceId, CancellationToken cancellationToken = default) =>
        session.Read(ByDevice).Bind("@device_id", deviceId)
            .FirstAsync(static row => (InnerAddress?)new InnerAddress(row.Text(0), row.Number(1)), cancellationToken);

    public async ValueTask<bool> ReleaseAsync(Guid deviceId, CancellationToken cancellationToken = default) =>
        await session.Write(Release).Bind("@free_at", session.Now + AddressPool.Quarantine).Bind("@device_id", deviceId)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;

    private async ValueTask<bool> TakeAsync(AddressPool pool, long index, Guid deviceId, CancellationToken cancellationToken) =>
        await session.Write(Take)
            .Bind("@pool", pool.Name).Bind("@idx", index).Bind("@device_id", deviceId).Bind("@now", session.Now)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;

    private async ValueTask<long?> FreeAsync(AddressPool pool, long start, CancellationToken cancellationToken) =>
        await session.Read(Rested).Bind("@pool", pool.Name).Bind("@now", session.Now).Bind("@capacity", pool.Capacity)
            .FirstAsync(static row => (long?)row.Number(0), cancellationToken).ConfigureAwait(false)
        ?? await GapAsync(pool, start, cancellationToken).ConfigureAwait(false)
        ?? await GapAsync(pool, 0, cancellationToken).ConfigureAwait(false)
        ?? await FirstAsync(pool, cancellationToken).ConfigureAwait(false);

    private ValueTask<long?> GapAsync(AddressPool pool, long start, CancellationToken cancellationToken) =>
        session.Read(Gap).Bind("@pool", pool.Name).Bind("@start", start).Bind("@capacity", pool.Capacity)
            .FirstAsync(static row => (long?)row.Number(0), cancellationToken);

    /// <summary>The pool's first place, which is no row's successor, if nobody has ever had it.</summary>
    private async ValueTask<long?> FirstAsync(AddressPool pool, CancellationToken cancellationToken) =>
        await session.Read("SELECT 1 FROM inner_address WHERE pool = @pool AND idx = 0").Bind("@pool", pool.Name)
            .FirstAsync(static _ => (int?)1, cancellationToken).ConfigureAwait(false) is null
            ? 0
            : null;
}
