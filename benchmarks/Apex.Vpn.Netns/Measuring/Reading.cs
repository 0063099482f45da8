namespace Apex.Vpn.Netns.Measuring;

/// <summary>What one run of some traffic through one tunnel gave.</summary>
/// <param name="Value">In the unit of the traffic.</param>
/// <param name="Gigabytes">Payload that arrived, in 10^9 bytes; 0 for a ping.</param>
/// <param name="DaemonSeconds">Processor time of each daemon, left and right; empty on the raw link.</param>
/// <param name="MachineSeconds">Processor time of the whole machine.</param>
internal sealed record Reading(double Value, double Gigabytes, double[] DaemonSeconds, double MachineSeconds)
{
    /// <summary>Processor seconds of both daemons per gigabyte.</summary>
    internal double DaemonCost => DaemonSeconds.Sum() / Gigabytes;

    /// <summary>Processor seconds of the whole machine per gigabyte.</summary>
    internal double MachineCost => MachineSeconds / Gigabytes;
}
