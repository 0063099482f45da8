namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>
/// One user's probes: the only way in which a strategy learns of the truth. Counts them and refuses more than the budget. Noise depends on
/// seed, user and server alone, so that all strategies meet the same.
/// </summary>
internal sealed class ProbeLine(int budget)
{
    private double[] _truth = [];
    private double[] _factors = [];

    internal int Sent { get; private set; }

    internal int Answered { get; private set; }

    internal int Left => budget - Sent;

    /// <summary>Turns to another user.</summary>
    /// <param name="truth">By server; NaN answers nothing.</param>
    /// <param name="factors">What each server's answer is multiplied by.</param>
    internal void Reset(double[] truth, double[] factors) => (_truth, _factors, Sent, Answered) = (truth, factors, 0, 0);

    /// <summary>The round trip measured; NaN for a lost probe.</summary>
    internal double Send(int server)
    {
        if (Left == 0) throw new InvalidOperationException("The budget of probes is spent.");
        Sent++;
        double measured = _truth[server] * _factors[server];
        if (!double.IsNaN(measured)) Answered++;
        return measured;
    }
}
