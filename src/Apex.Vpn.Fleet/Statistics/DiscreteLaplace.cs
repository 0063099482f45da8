namespace Apex.Vpn.Fleet.Statistics;

/// <summary>
/// Whole-number noise for differential privacy: the difference of two geometric variables (Ghosh, Roughgarden and Sundararajan, 2009).
/// Whole numbers, because the gaps between doubles near a noisy value tell the value (Mironov, 2012).
/// </summary>
internal static class DiscreteLaplace
{
    /// <summary>One draw from two uniformly random words.</summary>
    /// <param name="scale">1/ε for counts to which one user adds 1; the noise is about as large. Above 0.</param>
    /// <param name="first">A random word.</param>
    /// <param name="second">Another.</param>
    internal static long Draw(double scale, ulong first, ulong second) => Geometric(scale, first) - Geometric(scale, second);

    // The random word stands for (word + 1/2) / 2^64, which is never 0 or 1.
    private static long Geometric(double scale, ulong random) => (long)Math.Floor(-Math.Log((random + 0.5) / 18446744073709551616.0) * scale);
}
