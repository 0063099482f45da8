using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;
using Apex.Vpn.Testing;

namespace Apex.Vpn.Routing.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void The_snippet_runs()
    {
        string chosen = Choose(new Queue<double?>([31, null, 32, 30, 88, 86, 87, 91]));

        Assert.Equal("far", chosen);
    }

    [Fact]
    public void The_readme_shows_what_runs()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "readme");
        string shown = Snippet.FromMarkdown(Path.Combine(folder, "README.md"));

        Assert.Equal(Snippet.FromSource(Path.Combine(folder, "ReadmeTests.cs"), "readme"), shown);
        Assert.InRange(shown.Split('\n').Length, 5, 15);
    }

    private static string Choose(Queue<double?> answers)
    {
        var now = TimeSpan.Zero;

        TimeSpan? Probe(string server)
        {
            now += TimeSpan.FromMilliseconds(100);
            Assert.Contains(server, new[] { "near", "far" });
            return answers.Dequeue() is { } answer ? TimeSpan.FromMilliseconds(answer) : null;
        }

        // snippet: readme
        var costs = new Dictionary<string, ServerCost>();
        foreach ((string server, double load) in new[] { ("near", 0.45), ("far", 0.20) })
        {
            var measured = new RttEstimator();
            for (int i = 0; i < 4; i++)
            {
                if (Probe(server) is { } rtt) measured.AddSample(rtt, now);
                else measured.AddLoss();
            }
            costs[server] = CostModel.Default.Compute(measured, load);
        }

        // near: 32 ms + 1.5 ms jitter · 2 + 25 % loss · 400 ms + load 6.5 ms; far: 91 ms + 5 ms + 0 + 2 ms
        string best = costs.MinBy(static entry => entry.Value).Key;
        // end of snippet
        return best;
    }
}
