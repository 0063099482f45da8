using System.Data;
using System.Data.Common;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>
/// A statement of a session, kept with its parameters, so that a driver can keep it prepared. Values are bound in one order always.
/// </summary>
internal sealed class Statement(SqlSession session, DbCommand command) : IDisposable
{
    private readonly List<DbParameter> _parameters = [];
    private int _bound;

    public void Dispose() => command.Dispose();

    internal Statement Begin()
    {
        _bound = 0;
        return this;
    }

    internal Statement Bind(string name, long value) => Bind(name, DbType.Int64, value);

    internal Statement Bind(string name, string? value) => Bind(name, DbType.String, value);

    internal Statement Bind(string name, ReadOnlyMemory<byte> value) => Bind(name, DbType.Binary, value.ToArray());

    internal Statement Bind(string name, Guid value) => Bind(name, DbType.String, value.ToString("D"));

    internal Statement Bind(string name, DateTimeOffset value) => Bind(name, DbType.Int64, DatabaseTime.ToMicroseconds(value));

    internal Statement Bind(string name, DateTimeOffset? value) =>
        Bind(name, DbType.Int64, value is { } time ? DatabaseTime.ToMicroseconds(time) : null);

    internal Statement Bind<T>(string name, T value)
        where T : struct, Enum => Bind(name, DbType.String, value.ToString());

    internal Statement Bind(string name, PublicKey value)
    {
        var bytes = new byte[PublicKey.Size];
        value.CopyTo(bytes);
        return Bind(name, DbType.Binary, bytes);
    }

    /// <summary>Runs it.</summary>
    /// <returns>How many rows it wrote.</returns>
    internal async ValueTask<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            session.Failed(exception);
            throw;
        }
    }

    /// <summary>Runs it.</summary>
    /// <returns>The first row; default when there is none.</returns>
    internal async ValueTask<T?> FirstAsync<T>(Func<Row, T> read, CancellationToken cancellationToken)
    {
        try
        {
            DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? read(new Row(reader)) : default;
            }
        }
        catch (Exception exception)
        {
            session.Failed(exception);
            throw;
        }
    }

    /// <summary>Runs it.</summary>
    /// <returns>All rows.</returns>
    internal async ValueTask<IReadOnlyList<T>> ListAsync<T>(Func<Row, T> read, CancellationToken cancellationToken)
    {
        try
        {
            var rows = new List<T>();
            DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add(read(new Row(reader)));
            }
            return rows;
        }
        catch (Exception exception)
        {
            session.Failed(exception);
            throw;
        }
    }

    private Statement Bind(string name, DbType type, object? value)
    {
        if (_bound == _parameters.Count)
        {
            DbParameter added = command.CreateParameter();
            added.ParameterName = name;
            added.DbType = type;
            command.Parameters.Add(added);
            _parameters.Add(added);
        }
        DbParameter parameter = _parameters[_bound++];
        System.Diagnostics.Debug.Assert(parameter.ParameterName == name, "Values are bound in one order always.");
        parameter.Value = value ?? DBNull.Value;
        return this;
    }
}
