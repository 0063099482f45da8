using System.Globalization;
using System.Text.RegularExpressions;
using Apex.Vpn.Netns.Network;

namespace Apex.Vpn.Netns.Measuring;

/// <summary>Round trips, one every 5 ms.</summary>
internal static partial class Ping
{
    private const double Interval = 0.005;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The mean in milliseconds.</summary>
    internal static async Task<double> MeanAsync(Route route, double seconds, CancellationToken cancellationToken)
    {
        int count = (int)(seconds / Interval);
        string words = string.Create(CultureInfo.InvariantCulture, $"-n -q -i {Interval} -c {count} {route.RightAddress}");
        return ParseMean(await route.Left.RunAsync("ping", words, TimeSpan.FromSeconds(seconds) + Patience, cancellationToken));
    }

    /// <exception cref="MeasurementException">No answer came.</exception>
    internal static double ParseMean(string report) => Summary().Match(report) is { Success: true } match
        ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : throw new MeasurementException($"ping: no round trip in\n{report}");

    [GeneratedRegex(@"^rtt min/avg/max/mdev = [\d.]+/([\d.]+)/", RegexOptions.Multiline)]
    private static partial Regex Summary();
}
