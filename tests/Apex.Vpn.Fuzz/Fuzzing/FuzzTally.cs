using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Fuzz.Fuzzing;

/// <summary>What came of the inputs: drops by reason, and what else a family counts. Safe from any thread.</summary>
internal sealed class FuzzTally
{
    private readonly Lock _lock = new();
    private readonly long[] _drops = new long[DropReasonNames.Count];
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    internal long Dropped(DropReason reason)
    {
        lock (_lock) return _drops[(int)reason];
    }

    internal long Count(string what)
    {
        lock (_lock) return _counts.GetValueOrDefault(what);
    }

    internal void Add(DropReason reason, long drops)
    {
        lock (_lock) _drops[(int)reason] += drops;
    }

    internal void Add(string what, long count)
    {
        lock (_lock) _counts[what] = _counts.GetValueOrDefault(what) + count;
    }

    internal IEnumerable<(string What, long Count)> Counts()
    {
        lock (_lock) return [.. _counts.Select(static entry => (entry.Key, entry.Value))];
    }
}
