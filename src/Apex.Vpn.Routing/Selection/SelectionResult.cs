using System.Globalization;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Selection;

/// <summary>A choice and what led to it. Made once and filled by every choice, without allocating; not thread-safe.</summary>
public sealed class SelectionResult
{
    internal CandidateSet Candidates { get; } = new();

    /// <summary>The server to use; null when none may be chosen, and <see cref="Reasons"/> tell why.</summary>
    public Server? Chosen { get; private set; }

    /// <summary>Its index in the list; -1 when there is none.</summary>
    public int ChosenIndex { get; private set; } = -1;

    /// <summary>What it costs, term by term.</summary>
    public ServerCost ChosenCost { get; private set; }

    /// <summary>The server to keep ready beside it; null when there is no second one.</summary>
    public Server? RunnerUp { get; private set; }

    /// <summary>Its index in the list; -1 when there is none.</summary>
    public int RunnerUpIndex { get; private set; } = -1;

    /// <summary>What it costs, term by term.</summary>
    public ServerCost RunnerUpCost { get; private set; }

    /// <summary>
    /// What the server in use costs, by the same policy and status, whether or not it may still be chosen; null when none is in use
    /// (<see cref="SelectionInput.Current"/>), or nothing is known of the way to it.
    /// </summary>
    public ServerCost? CurrentCost { get; private set; }

    /// <summary>Why the server in use may not be chosen; none also when there is none in use.</summary>
    public ExclusionReason CurrentReason { get; private set; }

    /// <summary>The policy's name; empty before the first choice.</summary>
    public string PolicyName { get; private set; } = "";

    /// <summary>What had to be overlooked.</summary>
    public SelectionRule Rule => Candidates.Rule;

    /// <summary>How many servers could be chosen.</summary>
    public int UsableCount => Candidates.Usable.Length;

    /// <summary>How many of them were as good as the cheapest, so that load and lots decided between them.</summary>
    public int EquivalentCount { get; private set; }

    /// <summary>
    /// The cost up to which servers were as good as the cheapest, in milliseconds; not a number when none could be chosen.
    /// </summary>
    public double EquivalenceLimit { get; private set; } = double.NaN;

    /// <summary>By index in the list: why a server could not be chosen. Valid until the next choice into this result.</summary>
    public ReadOnlySpan<ExclusionReason> Reasons => Candidates.Reasons;

    /// <summary>
    /// By index in the list: what a server costs in milliseconds; not a number where it could not be chosen. Valid as long.
    /// </summary>
    public ReadOnlySpan<double> Costs => Candidates.Costs;

    /// <summary>Whether a server was as good as the cheapest.</summary>
    /// <param name="index">Its index in the list.</param>
    public bool IsEquivalent(int index) => Costs[index] <= EquivalenceLimit;

    /// <summary>How many servers have this reason.</summary>
    /// <param name="reason">The reason; none counts those that could be chosen.</param>
    public int Count(ExclusionReason reason) => Reasons.Count(reason);

    /// <summary>
    /// The choice in one line: policy, server, cost by its terms, runner-up, how many were as good, and what was overlooked.
    /// </summary>
    public override string ToString()
    {
        if (Chosen is null) return $"{PolicyName}: none of {Reasons.Length}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{PolicyName}: {Chosen.Name}, {Text(ChosenCost)}; runner-up {RunnerUp?.Name ?? "none"}; " +
            $"{EquivalentCount} as good of {UsableCount} of {Reasons.Length}{RuleText()}");

        static string Text(ServerCost cost) => string.Create(
            CultureInfo.InvariantCulture,
            $"{cost.Total:0.0} ms (rtt {cost.Rtt:0.0}, jitter {cost.Jitter:0.0}, loss {cost.Loss:0.0}, load {cost.Load:0.0}, " +
            $"throughput {cost.Throughput:0.0}, penalty {cost.Penalty:0.0})");
    }

    internal void Begin(string policyName)
    {
        PolicyName = policyName;
        (Chosen, ChosenIndex, ChosenCost) = (null, -1, default);
        (RunnerUp, RunnerUpIndex, RunnerUpCost) = (null, -1, default);
        (CurrentCost, CurrentReason) = (null, ExclusionReason.None);
        (EquivalentCount, EquivalenceLimit) = (0, double.NaN);
    }

    internal void SetCurrent(ServerCost? cost, ExclusionReason reason) => (CurrentCost, CurrentReason) = (cost, reason);

    internal void SetChosen(Server server, int index, ServerCost cost, int equivalents, double limit)
    {
        (Chosen, ChosenIndex, ChosenCost) = (server, index, cost);
        (EquivalentCount, EquivalenceLimit) = (equivalents, limit);
    }

    internal void SetRunnerUp(Server server, int index, ServerCost cost) => (RunnerUp, RunnerUpIndex, RunnerUpCost) = (server, index, cost);

    private string RuleText() => Rule switch
    {
        SelectionRule.AssumedLatency => "; latencies assumed",
        SelectionRule.Panic => "; panic: the status is overlooked",
        _ => "",
    };
}
