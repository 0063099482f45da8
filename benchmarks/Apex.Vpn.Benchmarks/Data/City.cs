using System.Globalization;
using System.Text;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Benchmarks.Data;

/// <summary>A city of a fleet's footprint and how many nodes stand there.</summary>
internal sealed record City(Place Place, int Nodes)
{
    private const string Head = "country_code,country,city_code,city,latitude,longitude,nodes";

    /// <summary>Reads a footprint: one city a line under the head <c>country_code,country,city_code,city,latitude,longitude,nodes</c>.</summary>
    /// <exception cref="DataFileException">It cannot be read, or a line is something else.</exception>
    internal static City[] ReadAll(string path)
    {
        string[] lines = TextFile.ReadLines(path);
        if (lines.Length == 0 || lines[0] != Head) throw new DataFileException(path, 1, $"expected the head '{Head}'");
        return [.. lines.Index().Skip(1).Where(static line => line.Item.Length > 0).Select(line => Parse(path, line.Index + 1, Cells(line.Item)))];
    }

    /// <summary>Cells between commas; one in quotes may hold commas itself, and two quotes for one (RFC 4180).</summary>
    private static string[] Cells(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        bool isQuoted = false;
        for (int i = 0; i <= line.Length; i++)
        {
            if (i == line.Length || (line[i] == ',' && !isQuoted))
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else if (line[i] != '"') cell.Append(line[i]);
            else if (isQuoted && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[i++]);
            else isQuoted = !isQuoted;
        }
        return [.. cells];
    }

    private static City Parse(string path, int line, string[] cells)
    {
        if (cells.Length != 7) throw new DataFileException(path, line, $"{cells.Length} columns; expected 7");
        if (!CountryCode.TryParse(cells[0], out CountryCode country)) throw new DataFileException(path, line, "the country is not two letters");
        if (!TryNumber(cells[4], out double latitude) || !TryNumber(cells[5], out double longitude) || !new GeoPoint(latitude, longitude).IsValid)
            throw new DataFileException(path, line, "latitude and longitude are not degrees");
        if (!int.TryParse(cells[6], NumberStyles.None, CultureInfo.InvariantCulture, out int nodes) || nodes == 0)
            throw new DataFileException(path, line, "the number of nodes is not a whole number above 0");
        return new City(new Place(cells[3], country, new GeoPoint(latitude, longitude)), nodes);
    }

    private static bool TryNumber(string cell, out double value) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
