namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>
/// A round trip in one byte, on a logarithmic scale: steps of 2.3 % of (round trip + 3 ms), so 0.07 ms near 0 and 2.3 ms near 100 ms.
/// What is lost is half a step, less than two slices of the same path differ by.
/// </summary>
internal static class RttCode
{
    /// <summary>Stands for a round trip that is not known.</summary>
    internal const byte Unknown = 255;

    /// <summary>The longest round trip in milliseconds; longer ones count as this.</summary>
    internal const double Longest = 1000;

    // Below this, differences are access delay and luck and not distance: there the scale is linear.
    internal const double Knee = 3;

    private const int Steps = 254;

    private static readonly double StepsPerUnit = Steps / Math.Log(1 + (Longest / Knee));

    private static readonly float[] Milliseconds = MakeMilliseconds();

    /// <summary>The code of a round trip in milliseconds; <see cref="Unknown"/> for one below 0 or not a number.</summary>
    internal static byte Encode(double milliseconds) =>
        milliseconds >= 0 ? (byte)Math.Round(StepsPerUnit * Math.Log(1 + (Math.Min(milliseconds, Longest) / Knee))) : Unknown;

    /// <summary>The milliseconds of a code; NaN for <see cref="Unknown"/>.</summary>
    internal static float Decode(byte code) => Milliseconds[code];

    private static float[] MakeMilliseconds()
    {
        float[] milliseconds = new float[256];
        for (int code = 0; code <= Steps; code++) milliseconds[code] = (float)(Knee * (Math.Exp(code / StepsPerUnit) - 1));
        milliseconds[Unknown] = float.NaN;
        return milliseconds;
    }
}
