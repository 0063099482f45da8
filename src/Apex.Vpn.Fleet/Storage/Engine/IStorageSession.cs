namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>A connection to the database and its one transaction at a time. Not thread-safe.</summary>
internal interface IStorageSession : IAsyncDisposable
{
    /// <summary>The tables. Outside a transaction each read sees what is committed by then.</summary>
    FleetTables Tables { get; }

    /// <summary>The first failure of a statement in this transaction. A work that hides one must not be committed.</summary>
    Exception? FailedStatement { get; }

    /// <summary>Whether the session can be used again after an exception and a roll-back.</summary>
    bool IsUsable { get; }

    /// <summary>Begins a transaction; a reading one sees one state of everything.</summary>
    /// <returns>The database's time.</returns>
    ValueTask<DateTimeOffset> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Commits. It cannot be stopped, so that nobody has to ask whether it was.</summary>
    ValueTask CommitAsync();

    /// <summary>Rolls back, if there is something to. Never throws: a session that could not is not usable.</summary>
    ValueTask RollbackAsync();
}
