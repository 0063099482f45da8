namespace Apex.Vpn.Routing.Selection;

/// <summary>Spreads a number over all 64 bits: the finalizer of SplitMix64 (Steele, Lea, Flood 2014).</summary>
internal static class RandomBits
{
    /// <summary>2^64 divided by the golden ratio: adding it gives numbers whose bits have little in common.</summary>
    internal const ulong Step = 0x9E3779B97F4A7C15;

    internal static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
