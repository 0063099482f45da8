using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Apex.Vpn.Benchmarks.ReplayTime;

namespace Apex.Vpn.Routing.Tests.ReplayTime;

/// <summary>Tests that redirect the console, one at a time.</summary>
[CollectionDefinition(nameof(AloneWithTheConsole), DisableParallelization = true)]
public sealed class AloneWithTheConsole;

/// <summary>The command over slices that the tests make up, in which the right figures are known.</summary>
[Collection(nameof(AloneWithTheConsole))]
public sealed class ReplayTimeTests : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("replay-time").FullName;

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public void In_a_world_that_never_changes_everybody_stays_where_the_best_known_is()
    {
        ReplayTimeReport report = Run(Slices(6, 12, static (_, from, to) => 0.010 + (0.001 * ((from * 7) + (to * 13) % 11))), servers: 4, probes: 8);

        Assert.All(report.Rules, static rule => Assert.Equal((0, 0.0), (rule.SwitchesPer100, rule.MeanRegret)));
        Assert.Equal((8 * 5, 0), (report.Charged, report.Skipped));
    }

    [Fact]
    public void Where_two_servers_take_turns_in_being_slow_always_moves_and_is_always_wrong()
    {
        // The servers are equal but for one of them being slow in each slice, in turns.
        string[] files = Slices(21, 6, static (slice, _, to) => (slice + to) % 2 == 0 ? 0.020 : 0.050);
        ReplayTimeReport report = Run(files, servers: 2, probes: 2, [.. Enumerable.Range(1, 20)]);

        RuleSummary ours = Rule(report, "ours"), always = Rule(report, "always"), never = Rule(report, "never");
        Assert.True(always.SwitchesPer100 > 20); // of 95 where the two servers differ, which the seed decides
        Assert.Equal(0, ours.SwitchesPer100);
        Assert.Equal(0, never.SwitchesPer100);
        Assert.True(always.MeanRegret > 1.5 * never.MeanRegret);
        Assert.Equal(never.MeanRegret, ours.MeanRegret);
    }

    [Fact]
    public void A_server_that_becomes_slow_for_good_is_left_once()
    {
        // In slice 5 whatever was fast is slow.
        string[] files = Slices(40, 6, static (slice, _, to) => to % 2 == 0 == (slice < 5) ? 0.020 : 0.200);
        ReplayTimeReport report = Run(files, servers: 2, probes: 2, [.. Enumerable.Range(1, 20)]);

        RuleSummary ours = Rule(report, "ours"), never = Rule(report, "never");
        double moves = ours.SwitchesPer100BySeed.Max() * 39 / 100;
        Assert.Equal(1, moves, tolerance: 1e-9);
        Assert.True(ours.MeanRegret < never.MeanRegret / 2);
    }

    [Fact]
    public void The_rules_decide_by_the_past_and_are_charged_in_the_present()
    {
        // Two slices: what is best is only seen in the first.
        ReplayTimeReport report = Run(Slices(2, 3, static (slice, _, to) => 0.010 * (1 + to) * (slice == 0 ? 1 : 2)), servers: 2, probes: 2);

        Assert.All(report.Rules, static rule => Assert.Equal((0, 0.0), (rule.SwitchesPer100, rule.MeanRegret)));
        report = Run(Slices(2, 3, static (slice, _, to) => slice == 0 ? 0.010 * (1 + to) : 0.010 * (3 - to)), servers: 2, probes: 2);
        Assert.All(report.Rules, static rule => Assert.True(rule.MeanRegret > 9));
    }

    [Fact]
    public void Slices_with_anything_missing_are_charged_to_nobody()
    {
        string[] files = Slices(5, 6, static (slice, from, to) => slice == 2 || (slice == 3 && to == 0 && from != 1) ? 0 : 0.010 + (0.001 * to));
        ReplayTimeReport report = Run(files, servers: 5, probes: 8);

        Assert.Equal(4, report.Charged + report.Skipped); // one user
        Assert.InRange(report.Charged, 2, 3);
        Assert.All(report.Rules, static rule => Assert.True(double.IsFinite(rule.MeanRegret)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures_and_another_gives_others()
    {
        string[] files = Slices(10, 30, static (slice, from, to) => 0.010 + (((slice * 31) + (from * 17) + (to * 7)) % 97 / 1000.0));

        Assert.Equal(Run(files, 10, 4, 1).ToText(), Run(files, 10, 4, 1).ToText());
        Assert.NotEqual(Run(files, 10, 4, 1).ToText(), Run(files, 10, 4, 2).ToText());
    }

    [Fact]
    public void Compressed_slices_and_json_work()
    {
        string[] files = Slices(4, 8, static (_, from, to) => 0.010 + (0.001 * from * to));
        foreach (string file in files)
        {
            byte[] plain = File.ReadAllBytes(file);
            using var compressed = new GZipStream(File.Create(file), CompressionLevel.Fastest);
            compressed.Write(plain);
        }

        (int code, string output, string errors) = Call(["--files", .. files, "--servers", "3", "--seeds", "1-3", "--json"]);

        Assert.Equal((0, ""), (code, errors));
        using var json = JsonDocument.Parse(output);
        Assert.Equal([1, 2, 3], json.RootElement.GetProperty("seeds").EnumerateArray().Select(static seed => seed.GetInt32()));
        string[] rules = [.. json.RootElement.GetProperty("rules").EnumerateArray().Select(static rule => rule.GetProperty("rule").GetString()!)];
        Assert.Equal(["ours", "always", "never"], rules);
    }

    [Fact]
    public void The_table_names_every_rule_and_what_was_not_charged()
    {
        (int code, string output, _) = Call(["--files", .. Slices(4, 8, static (_, from, to) => 0.010 + (0.001 * from * to)), "--servers", "3"]);

        Assert.Equal(0, code);
        foreach (string word in new[] { "ours", "always", "never", "switches per user and 100 slices", "0 are not" })
            Assert.Contains(word, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--servers 1", "--servers: 2 to 256")]
    [InlineData("--servers twenty", "twenty")]
    [InlineData("--probes 33", "--probes: 2 to 32")]
    [InlineData("--probes 1", "--probes: 2 to 32")]
    [InlineData("--seed -1", "--seed: 0 to 2147483647")]
    [InlineData("--seeds 5", "--seeds")]
    [InlineData("--seeds 9-1", "--seeds")]
    [InlineData("--seeds 1-5000", "--seeds")]
    [InlineData("--nonsense", "--nonsense")]
    public void Bad_flags_are_refused_with_a_word_on_what_is_wrong(string flags, string expected)
    {
        (int code, string output, string errors) = Call(["--files", .. Slices(2, 8, static (_, _, _) => 0.01), .. flags.Split(' ')]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_are_required_and_one_is_not_enough()
    {
        Assert.Contains("--files", Call([]).Errors, StringComparison.Ordinal);
        (int code, _, string errors) = Call(["--files", Slices(1, 4, static (_, _, _) => 0.01)[0]]);

        Assert.Equal(2, code);
        Assert.Contains("two slices", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("0\t0.1\n0.1", "columns")]
    [InlineData("0\tx\n0.1\t0", "not a number")]
    [InlineData("0\t0.1\n0.1\t0", "2 hosts")] // another size than the first
    public void A_bad_slice_is_named(string content, string expected)
    {
        string[] files = Slices(2, 8, static (_, _, _) => 0.01);
        File.WriteAllText(files[1], content);

        (int code, string output, string errors) = Call(["--files", .. files, "--servers", "3"]);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains(files[1], errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_damaged_file_is_named()
    {
        string[] files = Slices(2, 8, static (_, _, _) => 0.01);
        string missing = Path.Combine(_folder, "missing.tsv");
        (int code, _, string errors) = Call(["--files", files[0], missing, "--servers", "3"]);
        Assert.Equal(1, code);
        Assert.Contains(missing, errors, StringComparison.Ordinal);

        File.WriteAllBytes(files[1], [0x1F, 0x8B, 1, 2, 3]);
        (code, _, errors) = Call(["--files", .. files, "--servers", "3"]);
        Assert.Equal(1, code);
        Assert.Contains(files[1], errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_in_which_nothing_can_be_judged_is_refused()
    {
        string[] full = Slices(2, 8, static (_, _, _) => 0.01), empty = Slices(3, 8, static (slice, _, _) => slice == 0 ? 0.01 : 0);
        Assert.Contains("nobody is left", Call(["--files", .. full, "--servers", "8"]).Errors, StringComparison.Ordinal);

        (int code, string output, string errors) = Call(["--files", .. empty, "--servers", "3"]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("nothing can be judged", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_names_every_flag()
    {
        (int code, string output, _) = Call(["--help"]);

        Assert.Equal(0, code);
        foreach (string flag in new[] { "--files", "--servers", "--probes", "--seed", "--seeds", "--json" })
            Assert.Contains(flag, output, StringComparison.Ordinal);
    }

    private static RuleSummary Rule(ReplayTimeReport report, string name) => report.Rules.Single(rule => rule.Rule == name);

    private static ReplayTimeReport Run(string[] files, int servers, int probes, params int[] seeds) =>
        ReplayTimeRun.Run(new ReplayTimeOptions { Files = files, Servers = servers, Probes = probes, Seeds = seeds.Length == 0 ? [1] : seeds });

    private static (int Code, string Output, string Errors) Call(string[] arguments)
    {
        (TextWriter output, TextWriter errors) = (Console.Out, Console.Error);
        using StringWriter written = new(CultureInfo.InvariantCulture), complained = new(CultureInfo.InvariantCulture);
        try
        {
            Console.SetOut(written);
            Console.SetError(complained);
            int code = ReplayTimeCommand.Run(arguments);
            return (code, written.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }

    private string[] Slices(int count, int hosts, Func<int, int, int, double> seconds)
    {
        string[] files = [.. Enumerable.Range(0, count).Select(i => Path.Combine(_folder, $"slice_{Guid.NewGuid():N}_{i}.tsv"))];
        foreach ((int slice, string file) in files.Index())
        {
            File.WriteAllLines(file, Enumerable.Range(0, hosts).Select(from => string.Join('\t', Enumerable.Range(0, hosts)
                .Select(to => (from == to ? 0 : seconds(slice, from, to)).ToString(CultureInfo.InvariantCulture)))));
        }
        return files;
    }
}
