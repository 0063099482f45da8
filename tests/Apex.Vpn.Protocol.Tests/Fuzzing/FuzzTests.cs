using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Tests.Simulation;
using Xunit.Abstractions;

namespace Apex.Vpn.Protocol.Tests.Fuzzing;

/// <summary>A small helping of what the program <c>Apex.Vpn.Fuzz</c> feeds by the million.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Fifty_thousand_inputs_do_no_harm_and_hit_every_drop_reason() => Seeds.Run(seed =>
    {
        var run = new FuzzRun(new FuzzOptions { Inputs = 50_000, Seed = seed });
        run.Execute(progress: null);
        for (var reason = DropReason.None + 1; (int)reason < DropReasonNames.Count; reason++)
            output.WriteLine($"{run.Tally.Dropped(reason),8:N0} {DropReasonNames.ToText(reason)}");
        Assert.Empty(run.Failures);
        Assert.Equal(run.Wanted, run.Fed);
    });

    [Fact]
    public void A_chunk_repeats_itself()
    {
        long[][] runs = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            var run = new FuzzRun(new FuzzOptions { Inputs = 1_000, Seed = 7, Family = "handshakes", Chunk = 0 });
            run.Execute(progress: null);
            Assert.Empty(run.Failures);
            return Enumerable.Range(0, DropReasonNames.Count).Select(reason => run.Tally.Dropped((DropReason)reason)).ToArray();
        })];
        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(0, runs[0].Sum());
    }
}
