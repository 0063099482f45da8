namespace Apex.Vpn.Routing.Selection;

/// <summary>For watching and for large downloads: what a server has left to give counts as well as how far it is.</summary>
/// <remarks>
/// <para>cost = <see cref="CostModel"/> with twice the weight of loss + the time in which the server's free capacity passes one burst, at
/// most <see cref="MaxThroughputCost"/>.</para>
/// <para>Time, and not a share of anything, so that it can be added to the rest. 10 Mbit, two seconds of video at 5 Mbit/s, take 20 ms from
/// a server of 1 Gbit/s that is half full, 100 ms from one that is full to nine tenths, 2 ms from one of 10 Gbit/s. Loss weighs double
/// because it halves what a connection reaches (Mathis et al. 1997) on top of the wait for what was lost.</para>
/// <para>Immutable; safe from any thread.</para>
/// </remarks>
public sealed class StreamingPolicy : ISelectionPolicy
{
    /// <summary>The burst whose time is counted, in Mbit: two seconds of video at 5 Mbit/s.</summary>
    public const double Burst = 10;

    /// <summary>The most that a lack of free capacity costs, in milliseconds, so that it never outweighs an ocean.</summary>
    public const double MaxThroughputCost = 120;

    private static readonly CostModel Model = CostModel.Default with { LossWeight = 2 * CostModel.Default.LossWeight };

    /// <inheritdoc/>
    public string Name => "streaming";

    /// <inheritdoc/>
    public ServerCost Cost(in Candidate candidate)
    {
        double free = candidate.Server.Capacity * (1 - candidate.Status.Load);
        return Model.Compute(candidate.Latency, candidate.Status.Load, penalty: 0) with
        {
            // A server without capacity, or filled up, divides by zero or less: the most.
            Throughput = free > 0 ? Math.Min(MaxThroughputCost, 1000 * Burst / free) : MaxThroughputCost,
        };
    }
}
