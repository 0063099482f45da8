using System.ComponentModel.DataAnnotations;
using Apex.Vpn.Routing.Latency;

namespace Apex.Vpn.Routing.Selection;

/// <summary>How much a server costs its user, in one unit: milliseconds of waiting.</summary>
/// <remarks>
/// <para>cost = RTT + 2 · jitter + 400 ms · loss + 8 ms · ρ / (1 − ρ) + penalty, with ρ the server's load.</para>
/// <para>One unit keeps the terms comparable: a lost packet costs a retransmission, a loaded server the wait in its queue, which is the
/// shape of ρ / (1 − ρ). So 50 % load weighs 8 ms and 90 % weighs 72 ms, and a server must be near its limit before it loses to one
/// across an ocean.</para>
/// <para>Immutable; change it by <c>with</c>. Safe from any thread. A measurement outside its range counts as the nearest value inside
/// it, and one that is not a number as the worst.</para>
/// </remarks>
public sealed record CostModel
{
    private const double MaxWeight = 100_000, HighestMaxLoad = 0.999;

    /// <summary>The weights above.</summary>
    public static CostModel Default { get; } = new();

    /// <summary>Milliseconds per millisecond of jitter, 0 to 100 000.</summary>
    /// <value>2 by default.</value>
    [Range(0, MaxWeight)]
    public double JitterWeight { get; init; } = 2;

    /// <summary>Milliseconds for losing every packet: 1 % of loss costs a hundredth of it; 0 to 100 000.</summary>
    /// <value>400 by default.</value>
    [Range(0, MaxWeight)]
    public double LossWeight { get; init; } = 400;

    /// <summary>Milliseconds at half load, 0 to 100 000.</summary>
    /// <value>8 by default.</value>
    [Range(0, MaxWeight)]
    public double LoadWeight { get; init; } = 8;

    /// <summary>The highest load that is told apart, 0 to 0.999; a fuller server costs as much as one at this load.</summary>
    /// <value>0.97 by default: 259 ms with the default weight.</value>
    [Range(0, HighestMaxLoad)]
    public double MaxLoad { get; init; } = 0.97;

    /// <summary>What a server costs.</summary>
    /// <param name="rtt">The round trip, as a rule <see cref="RttEstimator.PeakRtt"/>; for a server without measurements, a guess.</param>
    /// <param name="jitter">How much it varies.</param>
    /// <param name="loss">The share of packets lost, 0 to 1.</param>
    /// <param name="load">How full the server is, 0 to 1.</param>
    /// <param name="penalty">A fixed addition, for a region or a feature that is second choice; may be negative.</param>
    public ServerCost Compute(TimeSpan rtt, TimeSpan jitter, double loss, double load, TimeSpan penalty) =>
        Compute(
            new LatencyEstimate(rtt.TotalMilliseconds, jitter.TotalMilliseconds, loss, LatencySource.Prior), load, penalty.TotalMilliseconds);

    /// <summary>What a server costs, wherever its latency comes from.</summary>
    /// <param name="latency">The way to it; a round trip or jitter that is not a number makes the cost infinite.</param>
    /// <param name="load">How full the server is, 0 to 1.</param>
    /// <param name="penalty">A fixed addition in milliseconds, for a region or a feature that is second choice; may be negative.</param>
    public ServerCost Compute(LatencyEstimate latency, double load, double penalty)
    {
        double utilization = Math.Min(ZeroToOne(load), MaxLoad);
        return new ServerCost(
            Rtt: ZeroOrMore(latency.Rtt),
            Jitter: JitterWeight * ZeroOrMore(latency.Jitter),
            Loss: LossWeight * ZeroToOne(latency.Loss),
            Load: LoadWeight * utilization / (1 - utilization),
            Penalty: penalty);
    }

    /// <summary>What a server costs by its measurements.</summary>
    /// <param name="measured">Probes so far, of which at least one was answered (<see cref="RttEstimator.HasRtt"/>).</param>
    /// <param name="load">How full the server is, 0 to 1.</param>
    /// <exception cref="ArgumentException">No probe was answered yet: the server would look like the nearest of all.</exception>
    public ServerCost Compute(RttEstimator measured, double load) => Compute(measured, load, TimeSpan.Zero);

    /// <summary>What a server costs by its measurements.</summary>
    /// <param name="measured">Probes so far, of which at least one was answered (<see cref="RttEstimator.HasRtt"/>).</param>
    /// <param name="load">How full the server is, 0 to 1.</param>
    /// <param name="penalty">A fixed addition, for a region or a feature that is second choice; may be negative.</param>
    /// <exception cref="ArgumentException">No probe was answered yet: the server would look like the nearest of all.</exception>
    public ServerCost Compute(RttEstimator measured, double load, TimeSpan penalty)
    {
        ArgumentNullException.ThrowIfNull(measured);
        if (!measured.HasRtt) throw new ArgumentException("No probe was answered yet.", nameof(measured));
        return Compute(measured.PeakRtt, measured.Jitter, measured.Loss, load, penalty);
    }

    /// <exception cref="ArgumentException">A weight lies outside its range.</exception>
    internal void ThrowIfInvalid(string parameter)
    {
        if (!(IsWeight(JitterWeight) && IsWeight(LossWeight) && IsWeight(LoadWeight)))
            throw new ArgumentException($"A weight lies outside 0 to {MaxWeight:0} ms: {this}", parameter);
        if (!(MaxLoad >= 0 && MaxLoad <= HighestMaxLoad))
            throw new ArgumentException($"{nameof(MaxLoad)} must lie between 0 and {HighestMaxLoad:0.000}: {this}", parameter);
    }

    private static bool IsWeight(double value) => value >= 0 && value <= MaxWeight;

    // Both are written so that NaN, which compares with nothing, becomes the worst.
    private static double ZeroToOne(double value) => value < 1 ? Math.Max(0, value) : 1;

    private static double ZeroOrMore(double value) => value < 0 ? 0 : value >= 0 ? value : double.PositiveInfinity;
}
