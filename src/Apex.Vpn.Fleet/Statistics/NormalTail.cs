namespace Apex.Vpn.Fleet.Statistics;

/// <summary>The upper tail of the standard normal distribution, as a logarithm: tails far below the least double still compare.</summary>
internal static class NormalTail
{
    private const double HalfLogTwoPi = 0.91893853320467274;

    // Below, the series for the middle converges fast; above, the continued fraction for the tail does.
    private const double Middle = 3;

    /// <summary>log10 of the probability that a standard normal variable exceeds <paramref name="z"/>; at most 0.</summary>
    internal static double Log10(double z) => z switch
    {
        < Middle => Math.Log10(Math.Clamp(0.5 - MiddleArea(z), 0, 1)),
        _ => (LogDensity(z) + Math.Log(MillsRatio(z))) / Math.Log(10),
    };

    /// <summary>The z that is exceeded with probability 10^<paramref name="log10"/>; <paramref name="log10"/> from -300 to -0.31.</summary>
    internal static double Quantile(double log10)
    {
        double low = 0, high = 40;
        // Each step halves the bracket; 60 of them leave less than a double can tell apart.
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            if (Log10(middle) > log10) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    private static double LogDensity(double z) => -(z * z / 2) - HalfLogTwoPi;

    /// <summary>The area between 0 and z: density · (z + z³/3 + z⁵/(3·5) + …) (Abramowitz and Stegun 26.2.11).</summary>
    private static double MiddleArea(double z)
    {
        double magnitude = Math.Abs(z);
        if (magnitude > 9) return Math.CopySign(0.5, z);
        double term = magnitude, sum = magnitude;
        for (int odd = 3; term > sum * 1e-17; odd += 2)
        {
            term *= magnitude * magnitude / odd;
            sum += term;
        }
        return Math.CopySign(Math.Exp(LogDensity(magnitude)) * sum, z);
    }

    /// <summary>Tail over density: 1/(z + 1/(z + 2/(z + 3/(z + …)))) (Abramowitz and Stegun 26.2.14), from the inside out.</summary>
    private static double MillsRatio(double z)
    {
        double fraction = z;
        for (int depth = 100; depth >= 1; depth--) fraction = z + (depth / fraction);
        return 1 / fraction;
    }
}
