using System.Data.Common;
using Npgsql;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

/// <summary>A database of the test assembly's PostgreSQL server.</summary>
public sealed class PostgresBackend : SqlBackend
{
    private readonly Lazy<NpgsqlDataSource> _source = new(static () =>
        NpgsqlDataSource.Create(PostgresServer.Instance.CreateDatabase()));

    public override DbException Transient => new MadeException("could not serialize access", "40001");

    public override async Task LingerAsync(int milliseconds)
    {
        // The server's own sleep, on a connection of its own.
        await using NpgsqlCommand command = _source.Value.CreateCommand("SELECT pg_sleep(@seconds)");
        command.Parameters.AddWithValue("@seconds", milliseconds / 1000.0);
        await command.ExecuteNonQueryAsync();
    }

    private protected override DbDataSource CreateSource() => _source.Value;

    private protected override async Task RemoveAsync()
    {
        if (_source.IsValueCreated) await _source.Value.DisposeAsync();
    }
}
