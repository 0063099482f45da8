using System.Globalization;

namespace Apex.Vpn.Benchmarks.Data;

/// <summary>Round trips between hosts in milliseconds: the row asks, the column answers. NaN where nothing was measured.</summary>
internal sealed class RttMatrix
{
    private readonly double[] _rtts;

    private RttMatrix(int hosts, double[] rtts) => (Hosts, _rtts) = (hosts, rtts);

    internal int Hosts { get; }

    internal double this[int from, int to] => _rtts[(from * Hosts) + to];

    /// <summary>Reads a matrix of milliseconds, tab-separated, plain or gzip. Empty cells, negative ones and NaN are missing.</summary>
    /// <exception cref="DataFileException">It cannot be read or is no square matrix of numbers.</exception>
    internal static RttMatrix Read(string path) => Read(path, static value => value >= 0 ? value : double.NaN);

    /// <summary>Reads a matrix of seconds in which 0 off the diagonal stands for not measured.</summary>
    /// <exception cref="DataFileException">It cannot be read or is no square matrix of numbers.</exception>
    internal static RttMatrix ReadSeconds(string path) => Read(path, static value => value > 0 ? value * 1000 : double.NaN);

    private static RttMatrix Read(string path, Func<double, double> toMilliseconds)
    {
        string[] lines = [.. TextFile.ReadLines(path).Where(static line => line.Trim().Length > 0)];
        if (lines.Length == 0) throw new DataFileException(path, "empty; expected a square matrix, tab-separated");
        double[] rtts = new double[lines.Length * lines.Length];
        for (int row = 0; row < lines.Length; row++)
        {
            string[] cells = lines[row].TrimEnd('\r', '\t').Split('\t');
            if (cells.Length != lines.Length)
                throw new DataFileException(path, row + 1, $"{cells.Length} columns in a matrix of {lines.Length} rows; expected a square one, tab-separated");
            for (int column = 0; column < cells.Length; column++)
            {
                double value = double.NaN;
                if (cells[column].Length > 0 && !double.TryParse(cells[column], NumberStyles.Float, CultureInfo.InvariantCulture, out value))
                    throw new DataFileException(path, row + 1, $"column {column + 1} is not a number: '{Short(cells[column])}'");
                rtts[(row * lines.Length) + column] = row == column ? 0 : toMilliseconds(value);
            }
        }
        return new RttMatrix(lines.Length, rtts);
    }

    private static string Short(string cell) => cell.Length > 20 ? cell[..20] + "…" : cell;
}
