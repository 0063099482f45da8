using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

/// <summary>A connection that can break.</summary>
public sealed class FaultyConnection(DbConnection inner, FaultyDataSource source) : DbConnection
{
    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => inner.ConnectionString = value;
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    /// <summary>Cuts the connection, as a network does, and tells so.</summary>
    public async Task BreakAsync()
    {
        await inner.CloseAsync();
        throw new BrokenException();
    }

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Open() => inner.Open();

    public override Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public override void Close() => inner.Close();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => inner.BeginTransaction(isolationLevel);

    protected override DbCommand CreateDbCommand() => new FaultyCommand(inner.CreateCommand(), this, source);

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>What drivers throw when a connection breaks: an exception without a state.</summary>
    public sealed class BrokenException : DbException;
}
