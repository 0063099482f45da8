namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>What removes old rows, table by table, in transactions small enough that nobody waits for them.</summary>
internal sealed class Trimming
{
    internal const int RowsPerTransaction = 500;

    internal Trimming(Retention retention, int shards)
    {
        var steps = new List<Step>();
        for (int shard = 0; shard < shards; shard++)
        {
            int trimmed = shard;
            steps.Add((tables, token) => tables.Feed.TrimAsync(trimmed, retention.FeedEvents, RowsPerTransaction, token));
        }
        steps.Add(Of(static tables => tables.Idempotency, retention.IdempotencyKeys));
        steps.Add(Of(static tables => tables.Sessions, retention.Expired));
        steps.Add(Of(static tables => tables.Tokens, retention.Expired));
        steps.Add(Of(static tables => tables.Revocations, TimeSpan.Zero));
        Steps = steps;
    }

    /// <summary>Removes up to <see cref="RowsPerTransaction"/> rows.</summary>
    /// <returns>How many.</returns>
    internal delegate ValueTask<int> Step(FleetTables tables, CancellationToken cancellationToken);

    internal IReadOnlyList<Step> Steps { get; }

    private static Step Of(Func<FleetTables, ITrimmable> table, TimeSpan age) =>
        (tables, token) => table(tables).TrimAsync(age, RowsPerTransaction, token);
}
