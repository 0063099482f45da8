using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

/// <summary>A SQLite file in a folder of its own.</summary>
public sealed class SqliteBackend : SqlBackend
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("apex-store-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "fleet.db");

    public override DbException Transient => new SqliteException("SQLite Error 5: 'database is locked'.", 5);

    public static DbDataSource SourceOf(string path) =>
        SqliteFactory.Instance.CreateDataSource(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);

    public override async Task LingerAsync(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++) await Task.Yield();
    }

    private protected override DbDataSource CreateSource() => SourceOf(Path);

    private protected override Task RemoveAsync()
    {
        System.IO.Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}
