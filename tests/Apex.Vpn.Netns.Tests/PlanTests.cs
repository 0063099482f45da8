using Apex.Vpn.Netns.Measuring;

namespace Apex.Vpn.Netns.Tests;

public sealed class PlanTests
{
    private static readonly string[] Everyone =
        [Contender.Theirs, Contender.Ours, Contender.Jit, Contender.Narrow, Contender.Mixed, Contender.NullCipher];

    [Fact]
    public void Every_name_is_an_experiment_and_every_experiment_has_a_name() =>
        Assert.Equal(Plan.Names, Plan.Create(Everyone, Contender.Ours, []).Select(static experiment => experiment.Name));

    [Fact]
    public void Only_what_is_asked_for_is_planned() =>
        Assert.Equal(["tcp8", "mtu"], Plan.Create(Everyone, Contender.Ours, ["mtu", "tcp8"]).Select(static experiment => experiment.Name));

    [Fact]
    public void What_lacks_a_contender_is_left_out() =>
        Assert.Empty(Plan.Create([Contender.Theirs, Contender.Ours], Contender.Ours, ["null", "avx2", "mixed"]));

    [Fact]
    public void Whole_builds_run_side_by_side_and_special_ones_by_themselves()
    {
        Experiment stream = Plan.Create(Everyone, Contender.Ours, ["tcp1"]).Single();

        Assert.Equal([Contender.Theirs, Contender.Ours, Contender.Jit], stream.Contenders);
    }
}
