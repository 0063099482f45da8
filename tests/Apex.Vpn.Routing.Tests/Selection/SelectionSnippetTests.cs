using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

namespace Apex.Vpn.Routing.Tests.Selection;

public sealed class SelectionSnippetTests
{
    [Fact]
    public void The_snippet_runs()
    {
        var fleet = new Fleet();
        fleet.Add(rtt: 20, features: ServerFeatures.IPv6);
        fleet.Add(rtt: 24, country: "SE", features: ServerFeatures.IPv6 | ServerFeatures.Owned);
        fleet.Add(rtt: 1, country: "US", features: ServerFeatures.IPv6);

        Assert.Equal(
            "our own first: SE-1, 32.0 ms (rtt 24.0, jitter 0.0, loss 0.0, load 8.0, throughput 0.0, penalty 0.0); runner-up NL-0; 1 as good of 2 of 3",
            Choose(fleet.ToCatalog().List, [.. fleet.Latencies], [.. fleet.Statuses], Fleet.Now, number: 1));
    }

    private static string Choose(ServerList list, LatencyEstimate[] latencies, ServerStatus[] statuses, DateTimeOffset signedTime, ulong number)
    {
        // snippet: selection
        var selector = new ServerSelector(new SelectionCatalog(list)); // one per list
        var result = new SelectionResult();                            // filled by every choice
        var request = new SelectionRequest
        {
            Policy = new OurOwnFirst(),
            Countries = [CountryCode.Parse("NL"), CountryCode.Parse("SE")],
            Features = ServerFeatures.IPv6,
        };
        selector.Select(request, new() { Latencies = latencies, Statuses = statuses, Now = signedTime, Random = number }, result);
        // end of snippet
        return result.ToString();
    }

    // snippet: policy
    private sealed class OurOwnFirst : ISelectionPolicy
    {
        public string Name => "our own first";

        public ServerCost Cost(in Candidate c) =>
            CostModel.Default.Compute(c.Latency, c.Status.Load, penalty: c.Server.Features.HasFlag(ServerFeatures.Owned) ? 0 : 15);
    }
    // end of snippet
}
