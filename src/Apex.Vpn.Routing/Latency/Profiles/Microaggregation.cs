namespace Apex.Vpn.Routing.Latency.Profiles;

/// <summary>
/// Disjoint groups of like rows, none smaller than asked for: microaggregation by the distance to the average (after MDAV of Domingo-Ferrer
/// and Mateo-Sanz, 2002). The row that lies farthest out takes the nearest ones with it, until too few are left for two groups.
/// </summary>
/// <remarks>Deterministic: rows of equal distance go by their order. Time is O(rows² · columns / size).</remarks>
internal static class Microaggregation
{
    /// <summary>The groups, as indexes of rows; none where there are fewer rows than a group takes.</summary>
    /// <param name="rows">Codes (<see cref="RttCode"/>), all of one length, each with at least one that is known.</param>
    /// <param name="size">How many rows a group has; the last one has up to 2 · size − 1.</param>
    internal static List<int[]> Group(IReadOnlyList<byte[]> rows, int size)
    {
        var groups = new List<int[]>();
        int[] left = [.. Enumerable.Range(0, rows.Count)];
        while (left.Length >= 2 * size)
        {
            byte[] average = Average(rows, left);
            byte[] seed = rows[left.MaxBy(row => Distance(rows[row], average))];
            left = [.. left.OrderBy(row => Distance(rows[row], seed))];
            groups.Add(left[..size]);
            left = left[size..];
            Array.Sort(left);
        }
        if (left.Length >= size) groups.Add(left);
        return groups;
    }

    /// <summary>How far two rows are apart: the mean difference of what both know. On the scale of the codes that is a ratio of round trips.</summary>
    private static double Distance(byte[] one, byte[] other)
    {
        int sum = 0, known = 0;
        for (int column = 0; column < one.Length; column++)
        {
            if (one[column] == RttCode.Unknown || other[column] == RttCode.Unknown) continue;
            sum += Math.Abs(one[column] - other[column]);
            known++;
        }
        // Rows with nothing in common cannot be told to be alike.
        return known == 0 ? byte.MaxValue : (double)sum / known;
    }

    private static byte[] Average(IReadOnlyList<byte[]> rows, int[] members)
    {
        byte[] average = new byte[rows[0].Length];
        for (int column = 0; column < average.Length; column++)
        {
            int sum = 0, known = 0;
            foreach (int member in members)
            {
                byte code = rows[member][column];
                if (code == RttCode.Unknown) continue;
                sum += code;
                known++;
            }
            average[column] = known == 0 ? RttCode.Unknown : (byte)(sum / known);
        }
        return average;
    }
}
