using System.Globalization;

namespace Apex.Vpn.Netns.Processes;

/// <summary>What the kernel's accounting says about processor time and memory, in seconds and bytes.</summary>
internal static class ProcessorTime
{
    /// <summary>The kernel's unit of time towards userspace, on every architecture it has a WireGuard daemon for.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of one process, its ended threads included.</summary>
    internal static double OfProcess(int id) => ParseProcess(File.ReadAllText($"/proc/{id}/stat"));

    /// <summary>The time that all processors have spent on anything, interrupts included.</summary>
    internal static double OfMachine() => ParseMachine(File.ReadLines("/proc/stat").First());

    /// <summary>The largest amount of memory that was resident at once.</summary>
    internal static long PeakMemory(int id) => ParsePeakMemory(File.ReadLines($"/proc/{id}/status"));

    /// <summary>The name of the program stands in parentheses and may hold both blanks and parentheses.</summary>
    internal static double ParseProcess(string stat)
    {
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>user nice system idle iowait irq softirq steal: neither idle time, nor what the hypervisor took.</summary>
    internal static double ParseMachine(string line)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (Number(fields[1]) + Number(fields[2]) + Number(fields[3]) + Number(fields[6]) + Number(fields[7])) / TicksPerSecond;
    }

    internal static long ParsePeakMemory(IEnumerable<string> status)
    {
        string line = status.First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
