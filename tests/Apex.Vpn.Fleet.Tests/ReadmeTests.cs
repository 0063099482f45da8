using Apex.Vpn.Fleet.Health;
using Apex.Vpn.Fleet.Rollouts;
using Apex.Vpn.Testing;

namespace Apex.Vpn.Fleet.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void The_snippet_runs()
    {
        TimeSpan[] beats = [.. Enumerable.Range(1, 60).Select(static i => TimeSpan.FromSeconds(5 * i))];

        (bool missed, RolloutDecision decision) = Run(beats, now: beats[^1] + TimeSpan.FromSeconds(8));
        Assert.True(missed);
        Assert.Equal(RolloutAction.Promote, decision.Action);

        (missed, _) = Run(beats, now: beats[^1] + TimeSpan.FromSeconds(7));
        Assert.False(missed);
    }

    [Fact]
    public void The_readme_shows_what_runs()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "readme");
        string shown = Snippet.FromMarkdown(Path.Combine(folder, "README.md"));

        Assert.Equal(Snippet.FromSource(Path.Combine(folder, "ReadmeTests.cs"), "readme"), shown);
        Assert.InRange(shown.Split('\n').Length, 5, 15);
    }

    private static (bool Missed, RolloutDecision Decision) Run(TimeSpan[] beats, TimeSpan now)
    {
        // snippet: readme
        // A node that should beat every 5 s. One missed beat is a question, not an answer: ask others whether they reach it.
        var node = new PhiAccrual(interval: TimeSpan.FromSeconds(5), now: TimeSpan.Zero);
        foreach (TimeSpan beat in beats) node.Beat(beat);
        bool missed = node.IsMissed(now); // 7.8 s after the last beat of a punctual node

        // A release that runs on 25 nodes for a quarter of an hour.
        RolloutDecision decision = new RolloutGate().Decide(
            canary: new EventCount(total: 4500, failed: 20),
            stable: new EventCount(total: 80_000, failed: 300),
            elapsed: TimeSpan.FromMinutes(15));
        Console.WriteLine($"{decision.Action}: {decision.Reason}, at most {decision.Canary.Upper:P1} fail"); // Promote: Good, …
        // end of snippet
        return (missed, decision);
    }
}
