using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>The steps of a node's life, written down a second time: the drawing of the architecture, and what it takes to work.</summary>
internal static class LegalSteps
{
    private static readonly string[] Text =
    [
        "Booted Enrolling", "Enrolling Booted", "Enrolling Provisioned", "Provisioned Warming", "Warming Active",
        "Active Suspect", "Suspect Active", "Suspect Down", "Active Down", "Warming Down", "Down Warming",
        "Active Draining", "Suspect Draining", "Warming Draining", "Draining Active", "Draining Drained", "Draining Down",
        "Drained Updating", "Drained Warming", "Drained Down", "Updating Warming", "Updating Down",
        "Quarantined Booted",
    ];

    private static readonly HashSet<(NodeState From, NodeState To)> Steps = [.. Written()];

    internal static bool Contains(NodeState from, NodeState to) => Steps.Contains((from, to));

    private static IEnumerable<(NodeState From, NodeState To)> Written()
    {
        foreach (string step in Text)
        {
            string[] ends = step.Split(' ');
            yield return (Enum.Parse<NodeState>(ends[0]), Enum.Parse<NodeState>(ends[1]));
        }
        foreach (NodeState state in Enum.GetValues<NodeState>().Where(static state => state is not (NodeState.Unknown or NodeState.Quarantined)))
        {
            yield return (state, NodeState.Booted);
            yield return (state, NodeState.Quarantined);
        }
    }
}
