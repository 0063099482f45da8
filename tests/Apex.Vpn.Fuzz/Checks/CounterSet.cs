namespace Apex.Vpn.Fuzz.Checks;

/// <summary>Which counters were used under one key. Safe from any thread.</summary>
internal sealed class CounterSet
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, ulong> _words = [];

    /// <summary>Notes a counter; false when it was there.</summary>
    internal bool Add(ulong counter)
    {
        ulong bit = 1UL << (int)(counter & 63);
        lock (_lock)
        {
            ulong word = _words.GetValueOrDefault(counter >> 6);
            _words[counter >> 6] = word | bit;
            return (word & bit) == 0;
        }
    }
}
