using Apex.Vpn.Fleet.Metrics;
using Apex.Vpn.Fleet.Tests.Simulation;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Metrics;

public sealed class UsageWindowTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // The two geometric draws are equal: no noise.
    private static readonly Func<ulong> Silence = static () => 1UL << 63;

    [Fact]
    public void Cells_with_few_users_join_the_rest_of_their_group()
    {
        UsageReport report = Close(("NL", "Amsterdam", 500), ("NL", "Rotterdam", 12), ("NL", "Utrecht", 9), ("DE", "Berlin", 70));

        Assert.Equal([new("DE", "Berlin", 70), new("NL", "Amsterdam", 500), new("NL", null, 21)], report.Rows);
        Assert.Equal((591, 521), (report.Total, report.TotalOf("NL")));
    }

    [Fact]
    public void A_total_does_not_reveal_a_single_small_cell()
    {
        // 3 users would be the total less the others; so the smallest of the others hides them.
        UsageReport report = Close(("NL", "Amsterdam", 500), ("NL", "Rotterdam", 80), ("NL", "Utrecht", 3));

        Assert.Equal([new("NL", "Amsterdam", 500), new UsageRow("NL", null, 83)], report.Rows);
    }

    [Fact]
    public void Two_small_cells_that_are_few_together_are_hidden_too()
    {
        UsageReport report = Close(("NL", "Amsterdam", 500), ("NL", "Rotterdam", 80), ("NL", "Utrecht", 3), ("NL", "Breda", 5));

        Assert.Equal([new("NL", "Amsterdam", 500), new UsageRow("NL", null, 88)], report.Rows);
    }

    [Fact]
    public void A_small_group_joins_the_rest_of_all_and_takes_a_number_along_if_it_must()
    {
        Assert.Equal(
            [new("DE", "Berlin", 70), new UsageRow(null, null, 44)],
            Close(("LU", "Luxembourg", 4), ("DE", "Berlin", 70), ("BE", "Brussels", 40)).Rows);
        Assert.Equal(
            [new("DE", "Berlin", 70), new UsageRow(null, null, 24)],
            Close(("LU", "Luxembourg", 14), ("DE", "Berlin", 70), ("BE", "Brussels", 10)).Rows);
    }

    [Fact]
    public void Too_few_users_at_all_are_nobodys_business()
    {
        UsageReport report = Close(("LU", "Luxembourg", 4), ("BE", "Brussels", 15));

        Assert.Empty(report.Rows);
        Assert.Equal(0, report.Total);
    }

    [Fact]
    public void Nodes_of_one_cell_add_up()
    {
        Assert.Equal([new UsageRow("NL", "Amsterdam", 24)], Close(("NL", "Amsterdam", 8), ("NL", "Amsterdam", 8), ("NL", "Amsterdam", 8)).Rows);
    }

    [Fact]
    public void A_window_is_told_of_when_it_is_over_and_never_told_otherwise()
    {
        var random = new SimRandom(3);
        UsageWindow window = Window();
        window.Add("NL", "Amsterdam", 500);
        Assert.False(window.TryClose(Start + Hour - TimeSpan.FromTicks(1), random.Word, out _));
        Assert.True(window.TryClose(Start + Hour, random.Word, out UsageReport? first));
        Assert.True(window.TryClose(Start + Hour + Hour, static () => throw new InvalidOperationException("drawn twice"), out UsageReport? second));

        Assert.Same(first, second);
        Assert.NotEqual(500, first.Total); // Seed 3 draws noise.
        Assert.False(window.Add("NL", "Amsterdam", 1));
    }

    [Fact]
    public void Asking_often_averages_no_noise_away()
    {
        UsageWindow window = Window();
        window.Add("NL", "Amsterdam", 500);
        var random = new SimRandom(1);
        long[] answers =
        [
            .. Enumerable.Range(0, 100).Select(_ =>
            {
                window.TryClose(Start + Hour, random.Word, out UsageReport? report);
                return report!.Total;
            }),
        ];

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public void Noise_has_the_size_that_the_budget_says()
    {
        var random = new SimRandom(5);
        Assert.Equal(24, UsageRules.Default.NoiseScale(Hour));
        Assert.Equal(288, UsageRules.Default.NoiseScale(TimeSpan.FromMinutes(5)));
        double[] noise = [.. Enumerable.Range(0, 20_000).Select(_ => (double)(Once(random.Word) - 100_000))];

        // Laplace with scale b: mean 0, mean magnitude b.
        Assert.Equal(0, noise.Average(), 1.0);
        Assert.Equal(24, noise.Average(Math.Abs), 0.6);

        static long Once(Func<ulong> random)
        {
            UsageWindow window = Window();
            window.Add("NL", "Amsterdam", 100_000);
            window.TryClose(Start + Hour, random, out UsageReport? report);
            return report!.Total;
        }
    }

    // ε-differential privacy, seen: how much likelier an answer is with one user more. e^(1/24) = 1.043; the rest is the sample's.
    [Fact]
    public void One_user_more_makes_no_answer_much_likelier()
    {
        int[] with = Histogram(1001, seed: 8), without = Histogram(1000, seed: 9);

        for (int i = 0; i < with.Length; i++)
        {
            if (with[i] < 2000 || without[i] < 2000) continue;
            Assert.InRange((double)with[i] / without[i], 0.88, 1.13);
        }
        Assert.True(with.Count(static count => count >= 2000) >= 8);

        static int[] Histogram(long users, ulong seed)
        {
            var random = new SimRandom(seed);
            var counts = new int[20];
            for (int i = 0; i < 100_000; i++)
            {
                UsageWindow window = Window();
                window.Add("NL", "Amsterdam", users);
                window.TryClose(Start + Hour, random.Word, out UsageReport? report);
                long bin = (report!.Total - 900) / 10;
                if (bin is >= 0 and < 20) counts[bin]++;
            }
            return counts;
        }
    }

    [Fact]
    public void Windows_that_overlap_or_are_short_cannot_be_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new UsageWindow(Start, TimeSpan.FromMinutes(4), UsageRules.Default));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new UsageWindow(Start, TimeSpan.FromMinutes(7), UsageRules.Default));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new UsageWindow(Start.AddMinutes(1), Hour, UsageRules.Default));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new UsageWindow(Start, TimeSpan.FromDays(2), UsageRules.Default));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new UsageWindow(Start, Hour, new UsageRules { MinUsers = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new UsageWindow(Start, Hour, new UsageRules { EpsilonPerDay = double.NaN }));
    }

    [Fact]
    public void Numbers_that_make_no_sense_are_not_added()
    {
        UsageWindow window = Window();
        Assert.False(window.Add("NL", "Amsterdam", -1));
        Assert.False(window.Add("NL", "Amsterdam", long.MaxValue));
        Assert.True(window.Add("NL", "Amsterdam", 0));
        Assert.True(window.TryClose(Start + Hour, Silence, out UsageReport? report));
        Assert.Empty(report.Rows);
    }

    // The attack: subtract everything that is told from every total, and everything else from everything.
    [Property(MaxTest = 500)]
    public void Nothing_that_is_told_or_can_be_subtracted_is_about_few_users(byte[] counts)
    {
        (string Group, string Cell, long Users)[] cells = [.. counts.Select(static (count, i) => ($"g{i % 4}", $"c{i}", (long)count / 3))];
        UsageReport report = Close(cells);
        long all = cells.Sum(static cell => cell.Users);

        Assert.All(report.Rows, static row => Assert.True(row.Users >= 20, $"{row}"));
        // Every user is in one row, or in none when all are few: no total holds more than its rows.
        Assert.True(report.Total == all || (report.Rows.Count == 0 && all < 20), $"{report.Total} of {all}");
        foreach (UsageRow row in report.Rows.Where(static row => row.Cell is not null))
            Assert.Contains((row.Group!, row.Cell!, row.Users), cells);
        foreach (UsageRow rest in report.Rows.Where(static row => row.Cell is null))
        {
            // What hides in a rest is at least two cells.
            HashSet<string> named = [.. report.Rows.Select(static row => row.Cell).OfType<string>()];
            bool InRest((string Group, string Cell, long Users) cell) => cell.Users > 0 && !named.Contains(cell.Cell) && (rest.Group is null || rest.Group == cell.Group);
            Assert.True(cells.Count(InRest) >= 2, $"{rest}");
        }
    }

    [Property(MaxTest = 500)]
    public void One_user_more_in_a_told_cell_changes_one_number_by_one(byte[] counts, byte which)
    {
        (string Group, string Cell, long Users)[] cells = [.. counts.Select(static (count, i) => ($"g{i % 4}", $"c{i}", (long)count / 3))];
        UsageReport before = Close(cells);
        if (before.Rows.Count == 0) return;
        UsageRow told = before.Rows[which % before.Rows.Count];
        if (told.Cell is null) return;
        int index = Array.FindIndex(cells, cell => cell.Cell == told.Cell);
        cells[index].Users++;
        UsageReport after = Close(cells);

        // Unless the cell was the smallest and another hides the few instead, which changes who is told of and not how many.
        if (!before.Rows.Select(static row => (row.Group, row.Cell)).SequenceEqual(after.Rows.Select(static row => (row.Group, row.Cell)))) return;
        long[] differences = [.. before.Rows.Zip(after.Rows, static (one, other) => other.Users - one.Users)];
        Assert.Equal(1, differences.Sum(Math.Abs));
    }

    private static UsageWindow Window() => new(Start, Hour, UsageRules.Default);

    private static UsageReport Close(params (string Group, string Cell, long Users)[] cells)
    {
        UsageWindow window = Window();
        foreach ((string group, string cell, long users) in cells) Assert.True(window.Add(group, cell, users));
        Assert.True(window.TryClose(Start + Hour, Silence, out UsageReport? report));
        return report;
    }
}
