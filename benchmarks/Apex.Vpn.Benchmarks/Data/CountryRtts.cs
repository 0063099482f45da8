using System.Globalization;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Benchmarks.Data;

/// <summary>What a round trip between two countries takes on average, where enough was measured. A coarse prior, the same both ways.</summary>
internal sealed class CountryRtts
{
    private const string Head = "cty1,cty2,rtt_cnt,rtt_avg,rtt_std,rtt_min,rtt_max";

    private readonly Dictionary<(CountryCode, CountryCode), double> _means;
    private readonly Dictionary<CountryCode, double> _samples;

    private CountryRtts(Dictionary<(CountryCode, CountryCode), double> means, Dictionary<CountryCode, double> samples) =>
        (_means, _samples) = (means, samples);

    /// <summary>The mean in milliseconds, or null where it is not known.</summary>
    internal double? this[CountryCode one, CountryCode other] =>
        _means.TryGetValue((one, other), out double mean) || _means.TryGetValue((other, one), out mean) ? mean : null;

    /// <summary>In how many measurements a country took part, at either end.</summary>
    internal double Samples(CountryCode country) => _samples.GetValueOrDefault(country);

    /// <summary>Reads the table, without cells of fewer samples than asked for.</summary>
    /// <exception cref="DataFileException">It cannot be read, or a line is something else.</exception>
    internal static CountryRtts Read(string path, int leastSamples)
    {
        string[] lines = TextFile.ReadLines(path);
        if (lines.Length == 0 || lines[0] != Head) throw new DataFileException(path, 1, $"expected the head '{Head}'");
        var means = new Dictionary<(CountryCode, CountryCode), double>();
        var bySamples = new Dictionary<CountryCode, double>();
        foreach ((int index, string line) in lines.Index().Skip(1).Where(static line => line.Item.Length > 0))
        {
            string[] cells = line.Split(',');
            if (cells.Length == 7 && (IsNowhere(cells[0]) || IsNowhere(cells[1]))) continue;
            if (cells.Length != 7
                || !CountryCode.TryParse(cells[0], out CountryCode one)
                || !CountryCode.TryParse(cells[1], out CountryCode other)
                || !double.TryParse(cells[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double samples)
                || !double.TryParse(cells[3], NumberStyles.Float, CultureInfo.InvariantCulture, out double mean))
                throw new DataFileException(path, index + 1, "expected two countries and five numbers");
            if (samples >= leastSamples) means[(one, other)] = mean;
            bySamples[one] = bySamples.GetValueOrDefault(one) + samples;
            if (other != one) bySamples[other] = bySamples.GetValueOrDefault(other) + samples;
        }
        return new CountryRtts(means, bySamples);
    }

    // Probes whose country was not known.
    private static bool IsNowhere(string cell) => cell is "None" or "Unknown";
}
