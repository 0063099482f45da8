using System.Globalization;
using System.Text;
using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Sql;

/// <summary>Rows of <c>feed_head</c>, one per shard, and of <c>feed_event</c>.</summary>
internal sealed class FeedTable(SqlSession session) : IFeedTable
{
    private const int RowsPerInsert = 32;

    // The time is as good an epoch as any: what counts is that no two are the same.
    private const string AddShard = """
        INSERT INTO feed_head (shard, epoch, seq, trimmed)
        SELECT @shard, COALESCE(MAX(epoch), @now), 0, 0 FROM feed_head
        WHERE true
        ON CONFLICT DO NOTHING
        """;

    private const string RenewEpoch = "UPDATE feed_head SET epoch = CASE WHEN epoch < @now THEN @now ELSE epoch + 1 END";

    private const string Heads = "SELECT shard, epoch, seq, trimmed FROM feed_head ORDER BY shard";

    // Head and events in one statement, which sees one state of both on every database.
    private const string ReadAfter = """
        SELECT h.epoch, h.seq, h.trimmed, e.seq, e.kind, e.subject, e.payload, e.at
        FROM feed_head h
        LEFT JOIN feed_event e ON e.shard = h.shard AND e.seq > @after AND e.seq <= @last
        WHERE h.shard = @shard
        ORDER BY e.seq
        """;

    private const string Advance = "UPDATE feed_head SET seq = seq + @count WHERE shard = @shard RETURNING seq";

    private const string OldestBefore = """
        SELECT MAX(seq) FROM (SELECT seq, at FROM feed_event WHERE shard = @shard ORDER BY seq LIMIT @limit) AS oldest WHERE at < @before
        """;

    private const string Delete = "DELETE FROM feed_event WHERE shard = @shard AND seq <= @last";

    private const string SetTrimmed = "UPDATE feed_head SET trimmed = @last WHERE shard = @shard AND trimmed < @last";

    private static readonly string[] Inserts = [.. Enumerable.Range(0, RowsPerInsert + 1).Select(InsertOf)];
    private static readonly string[][] Names = [.. Enumerable.Range(0, RowsPerInsert).Select(NamesOf)];

    public async ValueTask AddShardAsync(int shard, CancellationToken cancellationToken) =>
        await session.Write(AddShard).Bind("@shard", shard).Bind("@now", session.Now).ExecuteAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask RenewEpochAsync(CancellationToken cancellationToken) =>
        await session.Write(RenewEpoch).Bind("@now", session.Now).ExecuteAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<FeedHead>> GetHeadsAsync(CancellationToken cancellationToken) =>
        session.Read(Heads).ListAsync(
            static row => new FeedHead((int)row.Number(0), row.Number(1), row.Number(2), row.Number(3)), cancellationToken);

    public async ValueTask<(FeedHead Head, IReadOnlyList<FeedEvent> Events)> ReadAsync(
        int shard, long after, int limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<(FeedHead Head, FeedEvent? Event)> rows = await session.Read(ReadAfter)
            .Bind("@after", after).Bind("@last", Math.Min(after, long.MaxValue - limit) + limit).Bind("@shard", shard)
            .ListAsync(
                row => (
                    new FeedHead(shard, row.Number(0), row.Number(1), row.Number(2)),
                    row.IsNull(3) ? null : new FeedEvent(shard, row.Number(3), row.Text(4), row.Text(5), row.Bytes(6), row.Time(7))),
                cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0) throw new SchemaException($"The feed has no shard {shard}.");
        return (rows[0].Head, [.. rows.Select(static row => row.Event).OfType<FeedEvent>()]);
    }

    public async ValueTask<long> AppendAsync(int shard, IReadOnlyList<PendingEvent> events, CancellationToken cancellationToken)
    {
        long? moved = await session.Write(Advance).Bind("@count", events.Count).Bind("@shard", shard)
            .FirstAsync(static row => (long?)row.Number(0), cancellationToken).ConfigureAwait(false);
        if (moved is not { } last) throw new SchemaException($"The feed has no shard {shard}.");
        long sequence = last - events.Count;
        for (int from = 0; from < events.Count; from += RowsPerInsert)
        {
            int count = Math.Min(RowsPerInsert, events.Count - from);
            Statement insert = session.Write(Inserts[count]).Bind("@shard", shard).Bind("@now", session.Now);
            for (int i = 0; i < count; i++)
            {
                PendingEvent pending = events[from + i];
                string[] names = Names[i];
                insert.Bind(names[0], ++sequence).Bind(names[1], pending.Kind)
                    .Bind(names[2], pending.Subject).Bind(names[3], pending.Payload);
            }
            await insert.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        }
        return last;
    }

    public async ValueTask<int> TrimAsync(int shard, TimeSpan age, int limit, CancellationToken cancellationToken)
    {
        long? last = await session.Read(OldestBefore)
            .Bind("@shard", shard).Bind("@limit", limit).Bind("@before", session.Now - age)
            .FirstAsync(static row => row.IsNull(0) ? null : (long?)row.Number(0), cancellationToken).ConfigureAwait(false);
        if (last is not { } oldest) return 0;
        int removed = await session.Write(Delete).Bind("@shard", shard).Bind("@last", oldest)
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);
        await session.Write(SetTrimmed).Bind("@last", oldest).Bind("@shard", shard).ExecuteAsync(cancellationToken).ConfigureAwait(false);
        return removed;
    }

    private static string InsertOf(int rows)
    {
        var sql = new StringBuilder("INSERT INTO feed_event (shard, at, seq, kind, subject, payload) VALUES ");
        for (int i = 0; i < rows; i++)
        {
            if (i > 0) sql.Append(", ");
            sql.Append(CultureInfo.InvariantCulture, $"(@shard, @now, @s{i}, @k{i}, @o{i}, @p{i})");
        }
        return sql.ToString();
    }

    private static string[] NamesOf(int row) => [$"@s{row}", $"@k{row}", $"@o{row}", $"@p{row}"];
}
