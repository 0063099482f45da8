using System.Globalization;
using System.Text;

namespace Apex.Vpn.Netns.Results;

/// <summary>A table in Markdown whose columns also line up as plain text; all but the first are flush right.</summary>
internal sealed class Table(params string[] head)
{
    private readonly List<string[]> _rows = [head];

    internal void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, head.Length).Select(column => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        Append("| ", " | ", " |", _rows[0].Select(Pad));
        Append("|", "|", "|", widths.Select(static (width, column) => new string('-', width + 1) + (column == 0 ? '-' : ':')));
        foreach (string[] row in _rows.Skip(1)) Append("| ", " | ", " |", row.Select(Pad));
        return text.ToString();

        string Pad(string cell, int column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]);

        void Append(string begin, string between, string end, IEnumerable<string> cells) =>
            text.Append(begin).AppendJoin(between, cells).AppendLine(end);
    }

    /// <summary>Median and, where there is more than one figure, both ends.</summary>
    internal static string Cell(Spread? spread) => spread switch
    {
        null => "",
        { Count: 1 } one => Number(one.Median),
        { } many => $"{Number(many.Median)} [{Number(many.Min)}-{Number(many.Max)}]",
    };

    /// <summary>Three significant digits, but no fraction beyond a hundred.</summary>
    internal static string Number(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);
}
