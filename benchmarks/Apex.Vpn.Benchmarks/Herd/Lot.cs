namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>Random numbers that depend on what they are for and not on what was drawn before: every strategy sees the same world.</summary>
internal static class Lot
{
    /// <summary>64 bits for a seed and up to three numbers (SplitMix64's finalizer between them).</summary>
    internal static ulong Bits(int seed, int what, int who, int which = 0)
    {
        ulong bits = Mix((uint)seed + 0x9E3779B97F4A7C15);
        bits = Mix(bits ^ ((ulong)(uint)what << 32 | (uint)who));
        return Mix(bits + ((uint)which * 0xD1B54A32D192ED03));
    }

    /// <summary>Above 0, at most 1.</summary>
    internal static double Unit(ulong bits) => ((bits >> 11) + 1) / (double)(1UL << 53);

    internal static double Exponential(ulong bits, double mean) => -mean * Math.Log(Unit(bits));

    /// <summary>Box and Muller, from two halves of the bits.</summary>
    internal static double Normal(ulong bits) =>
        Math.Sqrt(-2 * Math.Log(Unit(bits))) * Math.Cos(2 * Math.PI * Unit(Mix(bits + 0x9E3779B97F4A7C15)));

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
