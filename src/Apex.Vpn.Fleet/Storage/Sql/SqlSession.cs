using System.Data;
using System.Data.Common;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>A connection with its statements. Not thread-safe.</summary>
internal sealed class SqlSession : IStorageSession
{
    private readonly DbConnection _connection;
    private readonly SqlDialect _dialect;
    private readonly bool _readOnly;
    private readonly string _begin;
    private readonly Dictionary<string, Statement> _statements = [];
    private bool _inTransaction, _isBroken;

    private SqlSession(DbConnection connection, SqlDialect dialect, bool readOnly)
    {
        _connection = connection;
        _dialect = dialect;
        _readOnly = readOnly;
        _begin = $"{(readOnly ? dialect.BeginReading : dialect.BeginWriting)};\nSELECT {dialect.Now}";
        Tables = SqlTables.Of(this);
    }

    public FleetTables Tables { get; }

    public Exception? FailedStatement { get; private set; }

    public bool IsUsable => !_isBroken && _connection.State == ConnectionState.Open;

    /// <summary>The database's time when the transaction began.</summary>
    internal DateTimeOffset Now { get; private set; }

    internal static async ValueTask<SqlSession> OpenAsync(
        DbDataSource source, SqlDialect dialect, bool readOnly, CancellationToken cancellationToken)
    {
        DbConnection connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var session = new SqlSession(connection, dialect, readOnly);
        try
        {
            foreach ((string statement, string? answer) in readOnly ? dialect.SetUpReader : dialect.SetUp)
            {
                string? given = await session.Run(statement).FirstAsync(static row => row.Text(0), cancellationToken).ConfigureAwait(false);
                if (answer is null || given == answer) continue;
                throw new NotSupportedException($"{dialect.Name} answered '{given}' to '{statement}': it must be a database in a file.");
            }
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return session;
    }

    public async ValueTask<DateTimeOffset> BeginAsync(CancellationToken cancellationToken)
    {
        FailedStatement = null;
        _inTransaction = true;
        Now = await Run(_begin).FirstAsync(static row => row.Time(0), cancellationToken).ConfigureAwait(false);
        return Now;
    }

    public async ValueTask CommitAsync()
    {
        if (FailedStatement is { } failed) throw new InvalidOperationException("A statement of the transaction failed.", failed);
        await Run("COMMIT").ExecuteAsync(CancellationToken.None).ConfigureAwait(false);
        _inTransaction = false;
    }

    public async ValueTask RollbackAsync()
    {
        if (!_inTransaction) return;
        _inTransaction = false;
        try
        {
            if (IsUsable) await Run("ROLLBACK").ExecuteAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (DbException)
        {
            _isBroken = true; // Whatever state it is in, closing the connection ends it.
        }
        FailedStatement = null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Statement statement in _statements.Values) statement.Dispose();
        _statements.Clear();
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A statement that only reads.</summary>
    internal Statement Read(string sql) => Run(sql);

    /// <summary>A statement that writes.</summary>
    /// <exception cref="InvalidOperationException">The session only reads, or is in no transaction.</exception>
    internal Statement Write(string sql)
    {
        if (_readOnly) throw new InvalidOperationException(FleetTables.ReadOnly);
        if (!_inTransaction) throw new InvalidOperationException("The transaction has ended.");
        return Run(sql);
    }

    internal void Failed(Exception exception) => FailedStatement ??= exception;

    private Statement Run(string sql)
    {
        if (!_statements.TryGetValue(sql, out Statement? statement))
        {
            DbCommand command = _connection.CreateCommand();
            command.CommandText = sql;
            command.CommandTimeout = _dialect.CommandTimeoutSeconds;
            statement = new Statement(this, command);
            _statements.Add(sql, statement);
        }
        return statement.Begin();
    }
}
