namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>Which entries of a matrix nobody ever sees: a share of them, by seed, the same ones whoever asks and however often.</summary>
internal readonly record struct HiddenEntries(double Share, int Seed)
{
    internal bool Contains(int from, int to) => Share > 0 && from != to && Uniform(from, to) < Share;

    // SplitMix64's finalizer over the three numbers: no state, so threads and orders cannot matter.
    private double Uniform(int from, int to)
    {
        ulong mixed = (((ulong)(uint)Seed << 42) ^ ((ulong)(uint)from << 21) ^ (uint)to) + 0x9E3779B97F4A7C15UL;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
