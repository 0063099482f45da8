namespace Apex.Vpn.Fleet.Storage;

/// <summary>How a store works. Read when the store is opened; immutable.</summary>
public sealed class FleetStoreOptions
{
    /// <summary>How many writes wait at most before more are refused with <see cref="StoreBusyException"/>, 1 to 1 000 000.</summary>
    /// <value>1024 by default.</value>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>How many writes share a transaction at most, 1 to 1024: one commit, one turn at the feed's head for all of them.</summary>
    /// <value>64 by default.</value>
    public int MaxBatch { get; init; } = 64;

    /// <summary>
    /// How many transactions write at a time, 0 to 32; 0 for what suits the database: 1 for SQLite and memory, 4 for PostgreSQL.
    /// </summary>
    /// <value>0 by default. SQLite and memory have one writer whatever stands here.</value>
    public int Writers { get; init; }

    /// <summary>How many reads run at a time, each on a connection of its own, 1 to 64.</summary>
    /// <value>8 by default.</value>
    public int Readers { get; init; } = 8;

    /// <summary>How often a write or a read is tried while the database is locked or away, 1 to 20.</summary>
    /// <value>6 by default.</value>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>How often readers of the feed look for what other replicas wrote, 1 ms to 1 min.</summary>
    /// <value>100 ms by default.</value>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How many shards the feed has, 1 to <see cref="FeedCursor.MaxShards"/>. It may grow, with a restart of all replicas; never shrink.
    /// </summary>
    /// <value>1 by default. One per region, where the database spans regions.</value>
    public int FeedShards { get; init; } = 1;

    /// <summary>The shard that this replica's events go to unless told otherwise, 0 up to <see cref="FeedShards"/>, exclusive.</summary>
    /// <value>0 by default.</value>
    public int HomeShard { get; init; }

    internal void Validate()
    {
        Check(QueueCapacity is >= 1 and <= 1_000_000, nameof(QueueCapacity), "1 to 1 000 000");
        Check(MaxBatch is >= 1 and <= 1024, nameof(MaxBatch), "1 to 1024");
        Check(Writers is >= 0 and <= 32, nameof(Writers), "0 to 32");
        Check(Readers is >= 1 and <= 64, nameof(Readers), "1 to 64");
        Check(MaxAttempts is >= 1 and <= 20, nameof(MaxAttempts), "1 to 20");
        Check(PollInterval.TotalMilliseconds is >= 1 and <= 60_000, nameof(PollInterval), "1 ms to 1 min");
        Check(FeedShards is >= 1 and <= FeedCursor.MaxShards, nameof(FeedShards), $"1 to {FeedCursor.MaxShards}");
        Check(HomeShard >= 0 && HomeShard < FeedShards, nameof(HomeShard), "0 up to FeedShards, exclusive");
    }

    private static void Check(bool isValid, string name, string range)
    {
        if (!isValid) throw new ArgumentException($"{name} is out of its range: {range}.", name);
    }
}
