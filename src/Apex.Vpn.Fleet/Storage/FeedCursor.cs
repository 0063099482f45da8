using System.Globalization;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>
/// Up to where a reader has read the change feed: the feed's epoch and a sequence per shard. Immutable; safe from any thread.
/// </summary>
/// <remarks>
/// Its text, as in <c>1764361504000000-120.7</c>, is what server-sent events carry as <c>Last-Event-ID</c>:
/// <see cref="TryParse(ReadOnlySpan{char}, out FeedCursor?)"/> takes whatever comes over the network.
/// </remarks>
public sealed class FeedCursor : IEquatable<FeedCursor>
{
    /// <summary>How many shards a feed has at most, 64.</summary>
    public const int MaxShards = 64;

    private readonly long[] _sequences;

    /// <summary>A cursor.</summary>
    /// <param name="epoch">The feed's epoch: another one after the database was restored, or failed over with loss.</param>
    /// <param name="sequences">
    /// The last sequence that was read of each shard, by shard; 1 to <see cref="MaxShards"/>, none negative.
    /// </param>
    /// <exception cref="ArgumentException">Too many sequences, none, or a negative one.</exception>
    public FeedCursor(long epoch, params ReadOnlySpan<long> sequences)
    {
        if (sequences.Length is 0 or > MaxShards)
            throw new ArgumentException($"A cursor has 1 to {MaxShards} sequences.", nameof(sequences));
        foreach (long sequence in sequences) ArgumentOutOfRangeException.ThrowIfNegative(sequence, nameof(sequences));
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        Epoch = epoch;
        _sequences = sequences.ToArray();
    }

    /// <summary>The feed's epoch.</summary>
    public long Epoch { get; }

    /// <summary>The last sequence that was read of each shard, by shard.</summary>
    public IReadOnlyList<long> Sequences => _sequences;

    /// <summary>Parses a cursor's text.</summary>
    /// <param name="text">The text; any.</param>
    /// <param name="cursor">The cursor; null when the text is none.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out FeedCursor? cursor)
    {
        cursor = null;
        int dash = text.IndexOf('-');
        if (dash < 0 || !TryParse(text[..dash], out long epoch)) return false;
        Span<long> sequences = stackalloc long[MaxShards];
        int count = 0;
        ReadOnlySpan<char> rest = text[(dash + 1)..];
        foreach (Range part in rest.Split('.'))
        {
            if (count == MaxShards || !TryParse(rest[part], out sequences[count++])) return false;
        }
        cursor = new FeedCursor(epoch, sequences[..count]);
        return true;
    }

    /// <summary>The cursor as text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{string.Join('.', _sequences)}");

    /// <summary>Whether both stand at the same place.</summary>
    /// <param name="other">The other cursor.</param>
    public bool Equals(FeedCursor? other) =>
        other is not null && Epoch == other.Epoch && _sequences.AsSpan().SequenceEqual(other._sequences);

    /// <summary>Whether both stand at the same place.</summary>
    /// <param name="obj">The other cursor.</param>
    public override bool Equals(object? obj) => Equals(obj as FeedCursor);

    /// <summary>A hash of the place.</summary>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Epoch);
        foreach (long sequence in _sequences) hash.Add(sequence);
        return hash.ToHashCode();
    }

    /// <summary>What was read of a shard; nothing of one that came after the cursor.</summary>
    internal long After(int shard) => shard < _sequences.Length ? _sequences[shard] : 0;

    private static bool TryParse(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
