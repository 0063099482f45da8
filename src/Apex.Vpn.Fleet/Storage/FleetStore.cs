using System.Data.Common;
using Apex.Vpn.Fleet.Storage.Engine;
using Apex.Vpn.Fleet.Storage.Memory;
using Apex.Vpn.Fleet.Storage.Sql;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>
/// What the control plane remembers: in memory, in a SQLite file, or in PostgreSQL, which several replicas share. Safe from any thread.
/// </summary>
/// <remarks>
/// <para>Everything is written in transactions: rows, the events that tell of them, the answer to a request and the audit log together, or
/// nothing. A few writes that arrive at the same time share one transaction.</para>
/// <para>A work may run more than once, because a database may ask for another attempt, and it holds up others while it runs: it does
/// nothing but read and write through its transaction, and returns.</para>
/// <para>All times are the database's. A replica whose clock is wrong changes nothing.</para>
/// <para>The statements are those that SQLite and PostgreSQL have in common, and are meant to stay within what CockroachDB and YugabyteDB
/// take; neither of those two has been tried.</para>
/// </remarks>
public sealed class FleetStore : IAsyncDisposable
{
    private readonly FleetStoreOptions _options;
    private readonly ReaderPool _readers;
    private readonly FeedHub _hub;
    private readonly WriteQueue _queue;
    private int _isDisposed;

    private FleetStore(IStorageEngine engine, FleetStoreOptions options, TimeProvider clock)
    {
        _options = options;
        _readers = new ReaderPool(engine, options, clock);
        _hub = new FeedHub(
            token => _readers.RunAsync(static (session, token) => session.Tables.Feed.GetHeadsAsync(token), token),
            options.PollInterval,
            clock);
        _queue = new WriteQueue(engine, options, clock, _hub.Advance);
        Feed = new StoreFeed(_readers, _hub, options.FeedShards);
        Leases = new StoreLeases(this);
    }

    /// <summary>The change feed.</summary>
    public IFeed Feed { get; }

    /// <summary>Leases, each call in a transaction of its own.</summary>
    public ILeaseStore Leases { get; }

    /// <summary>How many transactions write at a time.</summary>
    internal int Writers => _queue.Writers;

    /// <summary>Opens a store in memory.</summary>
    /// <param name="database">The memory, which several stores may share as replicas share a database.</param>
    /// <param name="options">How the store works; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ValueTask<FleetStore> OpenInMemoryAsync(
        MemoryDatabase database, FleetStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return OpenAsync(new MemoryEngine(database), options ?? new FleetStoreOptions(), TimeProvider.System, cancellationToken);
    }

    /// <summary>Opens a store in a database, and makes or extends its tables where they are older than this build.</summary>
    /// <param name="source">
    /// Where connections come from: SQLite (a file) or PostgreSQL, with any ADO.NET driver. The store does not dispose it.
    /// </param>
    /// <param name="options">How the store works; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="SchemaException">The tables are newer than this build can work with, or not what it made of them.</exception>
    /// <exception cref="NotSupportedException">
    /// Another kind of database, or a SQLite database that cannot have a write-ahead log.
    /// </exception>
    /// <exception cref="DbException">The database cannot be reached.</exception>
    public static async ValueTask<FleetStore> OpenAsync(
        DbDataSource source, FleetStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new FleetStoreOptions();
        options.Validate();
        SqlDialect dialect = await SqlDialect.ProbeAsync(source, cancellationToken).ConfigureAwait(false);
        await new Migrator(source, dialect, Migrations.All).RunAsync(cancellationToken).ConfigureAwait(false);
        return await OpenAsync(new SqlEngine(source, dialect), options, TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes, in one transaction.</summary>
    /// <typeparam name="T">What the work finds out.</typeparam>
    /// <param name="work">What is written. May run more than once; an exception from it writes nothing and comes out of this call.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Gives up until the commit begins. After an <see cref="OperationCanceledException"/> nothing was written.
    /// </param>
    /// <returns>What the work returned, once it is committed.</returns>
    /// <exception cref="LeaseLostException">The lease of <see cref="WriteOptions.Fence"/> is another's.</exception>
    /// <exception cref="StoreBusyException">Too many writes wait.</exception>
    /// <exception cref="StoreUnavailableException">The database was locked or away in all attempts.</exception>
    /// <exception cref="OutcomeUnknownException">The connection broke during the commit.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public ValueTask<T> WriteAsync<T>(
        Func<FleetTransaction, CancellationToken, ValueTask<T>> work,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default) =>
        WriteAsync(work, options, mayWait: false, cancellationToken);

    /// <summary>Writes once, however often the request comes: its key and its answer are committed with what it does.</summary>
    /// <param name="key">The request's key.</param>
    /// <param name="work">
    /// What is written; what it returns is kept as the answer, so it holds no secret in the clear. May run more than once; an exception
    /// from it writes nothing, keeps no answer, and comes out of this call.
    /// </param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Gives up until the commit begins. After an <see cref="OperationCanceledException"/> nothing was written.
    /// </param>
    /// <returns>The answer: this work's, or that of an earlier write with the same key.</returns>
    /// <exception cref="IdempotencyConflictException">The key was used for a request with another digest.</exception>
    /// <exception cref="LeaseLostException">The lease of <see cref="WriteOptions.Fence"/> is another's.</exception>
    /// <exception cref="StoreBusyException">Too many writes wait.</exception>
    /// <exception cref="StoreUnavailableException">The database was locked or away in all attempts.</exception>
    /// <exception cref="OutcomeUnknownException">The connection broke during the commit, and the database stayed away.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async ValueTask<WriteAnswer> WriteOnceAsync(
        IdempotencyKey key,
        Func<FleetTransaction, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> work,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(work);
        var request = new WriteOnceRequest(key, work, options, cancellationToken);
        await _queue.AddAsync(request, mayWait: false).ConfigureAwait(false);
        return await request.Done.ConfigureAwait(false);
    }

    /// <summary>Reads, in one transaction that sees one state of everything.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="query">What to read. May run more than once.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="InvalidOperationException">The query writes.</exception>
    /// <exception cref="StoreUnavailableException">The database was locked or away in all attempts.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public ValueTask<T> ReadAsync<T>(
        Func<FleetTransaction, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _readers.SnapshotAsync(query, cancellationToken);
    }

    /// <summary>
    /// Starts another epoch of the feed, so that every reader reads everything anew: after a restore, or a fail-over that may have lost
    /// commits.
    /// </summary>
    /// <param name="cancellationToken">Gives up until the commit begins.</param>
    public async ValueTask RenewFeedEpochAsync(CancellationToken cancellationToken = default) =>
        await WriteInternalAsync(
            static async (tables, token) =>
            {
                await tables.Feed.RenewEpochAsync(token).ConfigureAwait(false);
                return 0;
            },
            null,
            cancellationToken).ConfigureAwait(false);

    /// <summary>Removes what is not needed any more, in small transactions. One replica does it, once in a while.</summary>
    /// <param name="retention">How long things are kept.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two transactions.</param>
    /// <returns>How many rows were removed.</returns>
    /// <exception cref="LeaseLostException">The lease of <see cref="WriteOptions.Fence"/> is another's.</exception>
    public async ValueTask<long> TrimAsync(Retention retention, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(retention);
        var trimming = new Trimming(retention, _options.FeedShards);
        long removed = 0;
        foreach (Trimming.Step step in trimming.Steps)
        {
            int count;
            do
            {
                count = await WriteInternalAsync((tables, token) => step(tables, token), options, cancellationToken).ConfigureAwait(false);
                removed += count;
            }
            while (count == Trimming.RowsPerTransaction);
        }
        return removed;
    }

    /// <summary>
    /// Closes the store: transactions that have begun are finished, writes that still wait get an <see cref="ObjectDisposedException"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _queue.DisposeAsync().ConfigureAwait(false);
        await _hub.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
    }

    internal static async ValueTask<FleetStore> OpenAsync(
        IStorageEngine engine, FleetStoreOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        options.Validate();
        var store = new FleetStore(engine, options, clock);
        try
        {
            await store.AddShardsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return store;
    }

    internal async ValueTask<T> WriteAsync<T>(
        Func<FleetTransaction, CancellationToken, ValueTask<T>> work,
        WriteOptions? options,
        bool mayWait,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var request = new WriteRequest<T>((_, transaction, token) => work(transaction, token), options, cancellationToken);
        await _queue.AddAsync(request, mayWait).ConfigureAwait(false);
        return await request.Done.ConfigureAwait(false);
    }

    private async ValueTask<T> WriteInternalAsync<T>(
        Func<FleetTables, CancellationToken, ValueTask<T>> work, WriteOptions? options, CancellationToken cancellationToken)
    {
        var request = new WriteRequest<T>((tables, _, token) => work(tables, token), options, cancellationToken);
        await _queue.AddAsync(request, mayWait: true).ConfigureAwait(false);
        return await request.Done.ConfigureAwait(false);
    }

    private async ValueTask AddShardsAsync(CancellationToken cancellationToken) =>
        await WriteInternalAsync(
            async (tables, token) =>
            {
                for (int shard = 0; shard < _options.FeedShards; shard++)
                    await tables.Feed.AddShardAsync(shard, token).ConfigureAwait(false);
                return _options.FeedShards;
            },
            null,
            cancellationToken).ConfigureAwait(false);
}
