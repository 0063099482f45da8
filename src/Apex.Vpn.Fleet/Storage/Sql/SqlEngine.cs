using System.Data.Common;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>A database that speaks SQL.</summary>
internal sealed class SqlEngine(DbDataSource source, SqlDialect dialect) : IStorageEngine
{
    public int MaxWriters => dialect.MaxWriters;

    public int DefaultWriters => dialect.DefaultWriters;

    public async ValueTask<IStorageSession> OpenAsync(bool readOnly, CancellationToken cancellationToken) =>
        await SqlSession.OpenAsync(source, dialect, readOnly, cancellationToken).ConfigureAwait(false);

    public Failure Classify(Exception exception) => exception switch
    {
        DbException database => dialect.Classify(database),
        TimeoutException or IOException => Failure.Lost,
        _ => Failure.Own,
    };
}
