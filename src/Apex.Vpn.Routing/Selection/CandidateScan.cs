using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Selection;

/// <summary>Goes through all servers once: leaves out with a reason, or asks the policy for the cost. Not thread-safe.</summary>
internal sealed class CandidateScan(SelectionCatalog catalog, SelectionOptions options)
{
    private readonly RequestFilter _filter = new(catalog);

    [Flags]
    private enum Overlooked
    {
        Nothing = 0,
        Latency = 1 << 0,
        Status = 1 << 1,
    }

    /// <summary>
    /// Fills the set, as strictly as leaves anyone: latencies are overlooked before the status is. Latencies may be empty when the way to
    /// the server is somebody else's matter: then it costs nothing.
    /// </summary>
    internal void Run(SelectionRequest request, in SelectionInput input, CandidateSet set)
    {
        if (input.Now > catalog.List.Expires)
        {
            set.Begin(catalog.Count, SelectionRule.Normal);
            for (int i = 0; i < catalog.Count; i++) set.Exclude(i, ExclusionReason.ListExpired);
            return;
        }
        ReadOnlySpan<ExclusionReason> asked = _filter.Apply(request);
        (int possible, int inService) = Pass(request, asked, in input, Overlooked.Nothing, set);
        if (possible == 0) return;
        bool panic = inService <= options.PanicShare * possible;
        if (!panic && set.Usable.IsEmpty) Pass(request, asked, in input, Overlooked.Latency, set);
        if (panic || set.Usable.IsEmpty) Pass(request, asked, in input, Overlooked.Status, set);
        if (set.Usable.IsEmpty) Pass(request, asked, in input, Overlooked.Status | Overlooked.Latency, set);
        // Nobody after all: then the reasons are those that count at other times.
        if (set.Usable.IsEmpty) Pass(request, asked, in input, Overlooked.Nothing, set);
    }

    /// <summary>What a server costs, term by term, whether or not it may be chosen; null when the way to it is unknown.</summary>
    internal ServerCost? Explain(SelectionRequest request, in SelectionInput input, int server)
    {
        LatencyEstimate latency = input.Latencies[server];
        return IsSound(latency) ? request.Policy.Cost(Candidate(server, in input, latency)) : null;
    }

    /// <summary>What a server that may be chosen costs, term by term.</summary>
    internal ServerCost ExplainUsable(SelectionRequest request, in SelectionInput input, int server) =>
        request.Policy.Cost(Candidate(server, in input, Assume(LatencyOf(server, in input))));

    /// <summary>How many users are sent to a server beside others, and how full it is for its share.</summary>
    internal static (double Weight, double Pressure) Standing(SelectionCatalog catalog, int server, in SelectionInput input)
    {
        ServerStatus status = StatusOf(server, in input);
        // In a panic the weight may be nothing; when it is for all, they are drawn by capacity alone.
        double weight = Math.Max(status.Weight, 1e-3);
        return (Math.Max(1, catalog.Servers[server].Capacity) * weight, status.Load / weight);
    }

    /// <returns>How many have what was asked for, and how many of those are in service with room.</returns>
    private (int Possible, int InService) Pass(
        SelectionRequest request, ReadOnlySpan<ExclusionReason> asked, in SelectionInput input, Overlooked overlooked, CandidateSet set)
    {
        set.Begin(catalog.Count, (overlooked & Overlooked.Status) != 0 ? SelectionRule.Panic
            : overlooked != Overlooked.Nothing ? SelectionRule.AssumedLatency : SelectionRule.Normal);
        ISelectionPolicy policy = request.Policy;
        long now = input.Now.UtcTicks;
        bool isNamed = request.Servers.Count > 0;
        int possible = 0, inService = 0;
        for (int i = 0; i < asked.Length; i++)
        {
            ExclusionReason reason = asked[i];
            if (reason == ExclusionReason.None) reason = KeyReason(i, now);
            if (reason != ExclusionReason.None)
            {
                set.Exclude(i, reason);
                continue;
            }
            ServerStatus status = StatusOf(i, in input);
            LatencyEstimate latency = LatencyOf(i, in input);
            if (!isNamed && (status.States & ServerStates.Automatic) == 0)
            {
                set.Exclude(i, ExclusionReason.NotAutomatic);
                continue;
            }
            var candidate = new Candidate { Server = catalog.Servers[i], Status = status, Latency = latency, Now = input.Now };
            if (policy.Excludes(in candidate))
            {
                set.Exclude(i, ExclusionReason.Policy);
                continue;
            }
            possible++;
            reason = StatusReason(in status);
            if (reason == ExclusionReason.None) inService++;
            if ((overlooked & Overlooked.Status) != 0) reason = ExclusionReason.None;
            if (reason == ExclusionReason.None && latency.Source < request.LeastLatencySource | !latency.IsKnown)
            {
                if ((overlooked & Overlooked.Latency) == 0)
                    reason = latency.IsKnown ? ExclusionReason.LatencyTooPoor : ExclusionReason.LatencyUnknown;
                else if (!latency.IsKnown)
                    candidate = new Candidate { Server = catalog.Servers[i], Status = status, Latency = Assume(latency), Now = input.Now };
            }
            if (reason != ExclusionReason.None)
            {
                set.Exclude(i, reason);
                continue;
            }
            double cost = policy.Cost(in candidate).Total;
            if (double.IsFinite(cost)) set.Admit(i, cost);
            else set.Exclude(i, ExclusionReason.CostNotFinite);
        }
        return (possible, inService);
    }

    private ExclusionReason KeyReason(int server, long now)
    {
        ExclusionReason reason = ExclusionReason.KeyNotValid;
        for (int i = catalog.FirstPeriods[server]; i < catalog.FirstPeriods[server + 1]; i++)
        {
            ref readonly KeyPeriod period = ref catalog.Periods[i];
            if (!period.Contains(now)) continue;
            if (!period.IsRevoked) return ExclusionReason.None;
            reason = ExclusionReason.KeyRevoked;
        }
        return reason;
    }

    private ExclusionReason StatusReason(in ServerStatus status) =>
        (status.States & ServerStates.Healthy) == 0 ? ExclusionReason.OutOfService
        : (status.States & ServerStates.Open) == 0 ? ExclusionReason.Draining
        : status.Load >= options.FullLoad || status.Weight <= 0 ? ExclusionReason.OverCapacity
        : ExclusionReason.None;

    private Candidate Candidate(int server, in SelectionInput input, LatencyEstimate latency) =>
        new() { Server = catalog.Servers[server], Status = StatusOf(server, in input), Latency = latency, Now = input.Now };

    /// <summary>
    /// The status with its numbers in their ranges: a load that makes no sense is a full server, such a weight none at all.
    /// </summary>
    private static ServerStatus StatusOf(int server, in SelectionInput input)
    {
        if (input.Statuses.IsEmpty) return ServerStatus.Unknown;
        ref readonly ServerStatus status = ref input.Statuses[server];
        return new ServerStatus(
            status.States,
            Load: status.Load is >= 0 and <= 1 ? status.Load : 1,
            Weight: status.Weight is >= 0 and <= 1 ? status.Weight : status.Weight > 1 ? 1 : 0);
    }

    private static LatencyEstimate LatencyOf(int server, in SelectionInput input)
    {
        if (input.Latencies.IsEmpty) return new LatencyEstimate(0, 0, 0, LatencySource.Measured);
        ref readonly LatencyEstimate latency = ref input.Latencies[server];
        return IsSound(in latency) ? latency : default;
    }

    private static bool IsSound(in LatencyEstimate latency) =>
        latency.IsKnown && latency.Rtt >= 0 && latency.Jitter >= 0 && latency.Loss is >= 0 and <= 1
        && double.IsFinite(latency.Rtt) && double.IsFinite(latency.Jitter);

    private LatencyEstimate Assume(LatencyEstimate latency) =>
        latency.IsKnown ? latency : new LatencyEstimate(options.AssumedRtt, 0, 0, LatencySource.None);
}
