using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Memory;

/// <summary>A session on a database in memory. Not thread-safe.</summary>
internal sealed class MemorySession : IStorageSession
{
    private readonly MemoryDatabase _database;
    private readonly bool _readOnly;
    private MemoryState? _state;

    internal MemorySession(MemoryDatabase database, bool readOnly)
    {
        _database = database;
        _readOnly = readOnly;
        Tables = new FleetTables
        {
            Nodes = new MemoryNodes(this),
            Configurations = new MemoryConfigurations(this),
            Certificates = new MemoryCertificates(this),
            Tokens = new MemoryTokens(this),
            Accounts = new MemoryAccounts(this),
            Sessions = new MemorySessions(this),
            Devices = new MemoryDevices(this),
            Addresses = new MemoryAddresses(this),
            Revocations = new MemoryRevocations(this),
            KeyEnvelopes = new MemoryKeyEnvelopes(this),
            Leases = new MemoryLeases(this),
            Audit = new MemoryAudit(this),
            Feed = new MemoryFeed(this),
            Idempotency = new MemoryIdempotency(this),
        };
    }

    public FleetTables Tables { get; }

    public Exception? FailedStatement => null;

    public bool IsUsable => true;

    /// <summary>The database's time when the transaction began.</summary>
    internal DateTimeOffset Now { get; private set; }

    /// <summary>What the session sees: its transaction's state, or outside one what is committed.</summary>
    internal MemoryState Read => _state ?? _database.Committed;

    /// <summary>The transaction's state, to be changed.</summary>
    /// <exception cref="InvalidOperationException">The session only reads, or is in no transaction.</exception>
    internal MemoryState Write
    {
        get
        {
            if (_readOnly) throw new InvalidOperationException(FleetTables.ReadOnly);
            return _state ?? throw new InvalidOperationException("The transaction has ended.");
        }
    }

    public async ValueTask<DateTimeOffset> BeginAsync(CancellationToken cancellationToken)
    {
        if (!_readOnly) await _database.WriteLock.WaitAsync(cancellationToken).ConfigureAwait(false);
        _state = _readOnly ? _database.Committed : _database.Committed.Copy();
        Now = _database.Now;
        return Now;
    }

    public ValueTask CommitAsync()
    {
        if (!_readOnly) _database.Commit(Write);
        return RollbackAsync();
    }

    public ValueTask RollbackAsync()
    {
        if (_state is null) return ValueTask.CompletedTask;
        _state = null;
        if (!_readOnly) _database.WriteLock.Release();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => RollbackAsync();
}
