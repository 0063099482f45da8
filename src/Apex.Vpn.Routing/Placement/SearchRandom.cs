namespace Apex.Vpn.Routing.Placement;

/// <summary>SplitMix64: the same numbers for the same seed, everywhere. For searching only: it can be predicted.</summary>
internal sealed class SearchRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>0 (inclusive) to <paramref name="end"/> (exclusive).</summary>
    internal int Next(int end) => (int)(((UInt128)NextUInt64() * (uint)end) >> 64);

    private ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
