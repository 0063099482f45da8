using Apex.Vpn.Netns.Measuring;
using Apex.Vpn.Netns.Results;

namespace Apex.Vpn.Netns.Tests;

public sealed class FindingsTests
{
    [Fact]
    public void Ratios_are_of_readings_of_the_same_round()
    {
        // The medians' ratio would be 1: the machine was slow in one round, and we were twice as fast in both.
        Findings findings = Found(
            Round("tcp1", Value(10), (Contender.Theirs, Value(1)), (Contender.Ours, Value(2))),
            Round("tcp1", Value(20), (Contender.Theirs, Value(2)), (Contender.Ours, Value(4))));

        Assert.Equal(new Spread(2, 2, 2, 2), findings.ValueRatio("tcp1", Contender.Ours, Contender.Theirs));
        Assert.Equal(new Spread(3, 2, 4, 2), findings.Values("tcp1", Contender.Ours));
        Assert.Equal(new Spread(15, 10, 20, 4), findings.RawValues("tcp1"));
    }

    [Fact]
    public void What_has_no_rounds_has_no_figures()
    {
        Findings findings = Found(Round("tcp1", null, (Contender.Theirs, Value(1)), (Contender.Ours, Value(2))));

        Assert.Null(findings.ValueRatio("tcp8", Contender.Ours, Contender.Theirs));
        Assert.Null(findings.ValueRatio("tcp1", Contender.Jit, Contender.Theirs));
        Assert.Null(findings.MachineCostRatio(Contender.Ours, Contender.Theirs));
        Assert.All(
            Targets.All.Where(static target => target.Figure.Contains("raw link", StringComparison.Ordinal)),
            target => Assert.Equal(Verdict.NotMeasured, target.Judge(target.Measured(findings))));
    }

    [Fact]
    public void Both_daemons_pay_and_TCP_of_every_shape_counts()
    {
        Findings findings = Found(
            Round("tcp1", null, (Contender.Theirs, new(1, 2, [3, 5], 0)), (Contender.Ours, new(1, 4, [3, 1], 0))),
            Round("reverse", null, (Contender.Theirs, new(1, 1, [2, 2], 0)), (Contender.Ours, new(1, 1, [1, 1], 0))),
            Round("udp", null, (Contender.Theirs, new(1, 1, [1, 1], 0)), (Contender.Ours, new(1, 1, [9, 9], 0))));

        Assert.Equal(new Spread(0.375, 0.25, 0.5, 2), findings.DaemonCostRatio(Contender.Ours, Contender.Theirs));
    }

    [Fact]
    public void The_machine_pays_for_the_raw_link_too_which_is_not_counted()
    {
        // A second per gigabyte on the raw link; theirs takes 5, ours 3.
        Findings findings = Found(Round(
            "tcp1", new Reading(9, 10, [], 10), (Contender.Theirs, new(1, 1, [1, 1], 5)), (Contender.Ours, new(1, 1, [1, 1], 3))));

        Assert.Equal(new Spread(0.5, 0.5, 0.5, 1), findings.MachineCostRatio(Contender.Ours, Contender.Theirs));
    }

    [Theory]
    [InlineData(10, 11.5, false)]
    [InlineData(11.5, 10, false)]
    [InlineData(10, 11.6, true)]
    [InlineData(11.6, 10, true)]
    public void A_raw_link_that_moved_too_far_spoils_a_round(double before, double after, bool drifted) =>
        Assert.Equal(drifted, new Trial("tcp1", Value(before), new Dictionary<string, Reading>(), Value(after)).Drifted);

    [Fact]
    public void Without_a_raw_link_nothing_is_known_of_drift() =>
        Assert.False(new Trial("tcp1", null, new Dictionary<string, Reading>(), null).Drifted);

    [Fact]
    public void The_report_names_every_target_and_what_was_measured()
    {
        Findings findings = Found(
            Round("tcp1", Value(10), (Contender.Theirs, Value(1)), (Contender.Ours, Value(2))),
            Round("tcp1", Value(10), (Contender.Theirs, Value(1)), (Contender.Ours, Value(1.9))));
        Setting setting = new(DateTimeOffset.UnixEpoch, "a machine", "reno", "abc", "1.2", new Dictionary<string, string>(), "compare");

        string report = Report.Write(setting, findings);

        Assert.All(Targets.All, target => Assert.Contains(target.Figure, report, StringComparison.Ordinal));
        Assert.Matches(@"\| TCP, 1 stream +\| +>= 1\.8 \| +2\.5 \| +1\.95 \[1\.90-2\.00\] \| +2 \| +reached \(too few rounds\) \|", report);
        Assert.Contains("\"verdict\": \"reached\"", JsonReport.Write(setting, findings), StringComparison.Ordinal);
    }

    private static Reading Value(double value) => new(value, 1, [1, 1], 2);

    private static Trial Round(string experiment, Reading? raw, params (string Contender, Reading Reading)[] readings) =>
        new(experiment, raw, readings.ToDictionary(static pair => pair.Contender, static pair => pair.Reading), raw);

    private static Findings Found(params Trial[] trials) => new(
        Contender.Ours,
        Plan.Create([Contender.Theirs, Contender.Ours], Contender.Ours, ["tcp1"]),
        trials,
        [],
        new Dictionary<string, long> { [Contender.Ours] = 12_000_000 });
}
