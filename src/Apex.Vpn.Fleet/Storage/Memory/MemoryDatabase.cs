namespace Apex.Vpn.Fleet.Storage.Memory;

/// <summary>
/// A database in memory, for tests, tools and trying things out: it is gone with the process. Several stores can share one, as replicas
/// share a database. Safe from any thread.
/// </summary>
/// <param name="clock">The database's clock; null for the system's.</param>
public sealed class MemoryDatabase(TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private MemoryState _committed = new();

    /// <summary>One transaction writes at a time.</summary>
    internal SemaphoreSlim WriteLock { get; } = new(1);

    /// <summary>What is committed; never changed, only replaced.</summary>
    internal MemoryState Committed => Volatile.Read(ref _committed);

    internal DateTimeOffset Now => Sql.DatabaseTime.Truncate(_clock.GetUtcNow());

    internal void Commit(MemoryState state) => Volatile.Write(ref _committed, state);
}
