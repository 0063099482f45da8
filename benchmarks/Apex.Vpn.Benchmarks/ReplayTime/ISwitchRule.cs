namespace Apex.Vpn.Benchmarks.ReplayTime;

/// <summary>Whether one user stays, decided after each slice from what was measured so far.</summary>
internal interface ISwitchRule
{
    /// <summary>A slice was measured: which server to be with in the next one.</summary>
    /// <param name="current">The server in use.</param>
    /// <param name="measured">What was probed in this slice, in milliseconds; NaN where there was no answer.</param>
    /// <param name="now">The time, with the slices a minute apart.</param>
    int Decide(int current, ReadOnlySpan<(int Server, double Rtt)> measured, TimeSpan now);
}
