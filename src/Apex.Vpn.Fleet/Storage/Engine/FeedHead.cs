namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>A shard of the feed: its last sequence, and up to which sequence it has been trimmed.</summary>
internal readonly record struct FeedHead(int Shard, long Epoch, long Sequence, long Trimmed)
{
    /// <summary>Whether a reader that stands at a cursor can go on with the shard's events.</summary>
    internal bool CanContinue(FeedCursor cursor) =>
        // A cursor beyond the head comes from a database that was, and was restored to an earlier state.
        cursor.Epoch == Epoch && cursor.After(Shard) >= Trimmed && cursor.After(Shard) <= Sequence;

    internal static FeedCursor ToCursor(IReadOnlyList<FeedHead> heads)
    {
        Span<long> sequences = stackalloc long[heads.Count];
        for (int i = 0; i < heads.Count; i++) sequences[i] = heads[i].Sequence;
        return new FeedCursor(heads[0].Epoch, sequences);
    }
}
