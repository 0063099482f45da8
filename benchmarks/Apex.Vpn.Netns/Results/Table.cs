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
        for (int i = 0; i < _rows.Count; i++)
        {
            text.Append("| ").AppendJoin(" | ", _rows[i].Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).AppendLine(" |");
            if (i == 0) text.Append('|').AppendJoin('|', widths.Select(static (width, column) => column == 0 ? new string('-', width + 2) : new string('-', width + 1) + ":")).AppendLine("|");
        }
        return text.ToString();
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
