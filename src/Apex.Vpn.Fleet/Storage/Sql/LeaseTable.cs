using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>lease</c>. They are never removed: their epochs only rise.</summary>
internal sealed class LeaseTable(SqlSession session) : ILeaseTable
{
    private const string Acquire = """
        INSERT INTO lease (name, owner, epoch, expires_at, effects) VALUES (@name, @owner, 1, @expires_at, 0)
        ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, epoch = lease.epoch + 1, expires_at = excluded.expires_at
        WHERE lease.expires_at <= @now
        RETURNING epoch
        """;

    private const string Renew = "UPDATE lease SET expires_at = @expires_at WHERE name = @name AND epoch = @epoch";

    // The next epoch, so that what the holder still writes is refused.
    private const string Release = "UPDATE lease SET expires_at = 0, epoch = epoch + 1 WHERE name = @name AND epoch = @epoch";

    // An update and not a condition, because it holds the row: whoever wants to take the lease over waits for the commit.
    private const string Hold = "UPDATE lease SET effects = effects + 1 WHERE name = @name AND epoch = @epoch";

    public async ValueTask<Lease?> TryAcquireAsync(string name, string owner, TimeSpan ttl, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(name);
        Limits.CheckName(owner);
        Limits.CheckLease(ttl);
        DateTimeOffset expiresAt = DatabaseTime.Truncate(session.Now + ttl);
        long? epoch = await session.Write(Acquire)
            .Bind("@name", name).Bind("@owner", owner).Bind("@expires_at", expiresAt).Bind("@now", session.Now)
            .FirstAsync(static row => (long?)row.Number(0), cancellationToken).ConfigureAwait(false);
        return epoch is { } taken ? new Lease(name, owner, taken, expiresAt) : null;
    }

    public async ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken = default)
    {
        Limits.CheckLease(ttl);
        DateTimeOffset expiresAt = DatabaseTime.Truncate(session.Now + ttl);
        int renewed = await session.Write(Renew)
            .Bind("@expires_at", expiresAt).Bind("@name", lease.Name).Bind("@epoch", lease.Epoch)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);
        return renewed > 0 ? lease with { ExpiresAt = expiresAt } : null;
    }

    public async ValueTask<bool> ReleaseAsync(Lease lease, CancellationToken cancellationToken = default) =>
        await session.Write(Release).Bind("@name", lease.Name).Bind("@epoch", lease.Epoch)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;

    public async ValueTask<bool> HoldAsync(Lease lease, CancellationToken cancellationToken) =>
        await session.Write(Hold).Bind("@name", lease.Name).Bind("@epoch", lease.Epoch)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false) > 0;
}
