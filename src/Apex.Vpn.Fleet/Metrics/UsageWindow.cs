using Apex.Vpn.Fleet.Statistics;

namespace Apex.Vpn.Fleet.Metrics;

/// <summary>Counts users by group and cell (country and city, say) over one window, and says of it what may be said.</summary>
/// <remarks>
/// <para>Nothing is told of a window that is not over, and once it is told it is never told otherwise: the noise is drawn once.</para>
/// <para>Every user is in one number. A cell of fewer than k users has no number of its own and goes into the rest of its group; if the
/// rest is fewer than k, the group's smallest number joins it, and so on, and what is still too few joins the rest of all. Totals are
/// sums of these numbers. So there is nothing to subtract: whoever takes the cells from a total gets a rest of at least k users and two
/// cells, and one user changes one number by 1, which the noise covers (ε of <see cref="UsageRules"/>).</para>
/// <para>The caller adds a user to one cell only, and sees to it that windows do not overlap. Not thread-safe.</para>
/// </remarks>
public sealed class UsageWindow
{
    private readonly UsageRules _rules;
    private readonly SortedDictionary<(string Group, string Cell), long> _counts =
        new(Comparer<(string Group, string Cell)>.Create(static (one, other) =>
        {
            int byGroup = string.CompareOrdinal(one.Group, other.Group);
            return byGroup != 0 ? byGroup : string.CompareOrdinal(one.Cell, other.Cell);
        }));

    private UsageReport? _report;

    /// <summary>A window without users.</summary>
    /// <param name="start">When it begins; a multiple of <paramref name="length"/> from midnight UTC.</param>
    /// <param name="length">How long it is, 5 min to a day; a whole number of them make a day.</param>
    /// <param name="rules">What may be said.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public UsageWindow(DateTimeOffset start, TimeSpan length, UsageRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, UsageRules.MinWindow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, UsageRules.MaxWindow);
        ArgumentOutOfRangeException.ThrowIfNotEqual(TimeSpan.TicksPerDay % length.Ticks, 0, nameof(length));
        // Windows that could be moved could be subtracted from each other.
        ArgumentOutOfRangeException.ThrowIfNotEqual(start.UtcTicks % length.Ticks, 0, nameof(start));
        ArgumentOutOfRangeException.ThrowIfLessThan(rules.MinUsers, 2, nameof(rules));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rules.MinUsers, 1_000_000, nameof(rules));
        if (!(rules.EpsilonPerDay is >= 0.01 and <= 100)) throw new ArgumentOutOfRangeException(nameof(rules), "ε is not 0.01 to 100.");
        (Start, Length, _rules) = (start, length, rules);
    }

    /// <summary>When the window begins.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>How long it is.</summary>
    public TimeSpan Length { get; }

    /// <summary>When it is over.</summary>
    public DateTimeOffset End => Start + Length;

    /// <summary>Users of a cell, as one node saw them.</summary>
    /// <param name="group">The group.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="users">How many more, 0 to 1 000 000 000.</param>
    /// <returns>False when the window has been told of, or the number makes no sense: nothing is added.</returns>
    public bool Add(string group, string cell, long users)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(cell);
        if (_report is not null || users is < 0 or > 1_000_000_000) return false;
        if (users == 0) return true; // A cell without users is no cell: its name would tell that somebody was there.
        _counts[(group, cell)] = _counts.GetValueOrDefault((group, cell)) + users;
        return true;
    }

    /// <summary>Says of the window what may be said.</summary>
    /// <param name="now">The time of the call.</param>
    /// <param name="random">Draws a uniformly random word from a cryptographic generator. Called only the first time.</param>
    /// <param name="report">The report: the same one at every call.</param>
    /// <returns>False while the window is not over.</returns>
    public bool TryClose(DateTimeOffset now, Func<ulong> random, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out UsageReport? report)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (_report is null && now >= End)
        {
            double scale = _rules.NoiseScale(Length);
            List<UsageRow> rows = Suppressed();
            for (int i = 0; i < rows.Count; i++)
            {
                long noisy = rows[i].Users + DiscreteLaplace.Draw(scale, random(), random());
                rows[i] = rows[i] with { Users = Math.Max(0, noisy) };
            }
            _report = new UsageReport(Start, Length, scale, rows);
            _counts.Clear(); // What was exact is needed no more.
        }
        report = _report;
        return report is not null;
    }

    /// <summary>The numbers without noise, each of at least k users.</summary>
    private List<UsageRow> Suppressed()
    {
        var rows = new List<UsageRow>();
        long rest = 0;
        foreach (var group in _counts.GroupBy(static count => count.Key.Group))
        {
            List<UsageRow> cells = [.. group.Select(static count => new UsageRow(count.Key.Group, count.Key.Cell, count.Value))];
            long tooFew = cells.Where(IsTooFew).Sum(static cell => cell.Users);
            cells.RemoveAll(IsTooFew);
            tooFew = Fill(tooFew, cells);
            if (tooFew >= _rules.MinUsers) cells.Add(new UsageRow(group.Key, null, tooFew));
            else rest += tooFew;
            rows.AddRange(cells);
        }
        rest = Fill(rest, rows);
        if (rest >= _rules.MinUsers) rows.Add(new UsageRow(null, null, rest));
        return rows;
    }

    /// <summary>Lets the smallest numbers join a rest until it is large enough to be told, or nothing is left.</summary>
    private long Fill(long rest, List<UsageRow> rows)
    {
        while (rest > 0 && rest < _rules.MinUsers && rows.Count > 0)
        {
            UsageRow smallest = rows.MinBy(static row => row.Users);
            rows.Remove(smallest);
            rest += smallest.Users;
        }
        return rest;
    }

    private bool IsTooFew(UsageRow row) => row.Users < _rules.MinUsers;
}
