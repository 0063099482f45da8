using System.Runtime.InteropServices;

namespace Apex.Vpn.Netns.Results;

/// <summary>What was measured, and on what.</summary>
/// <param name="Time">When it began.</param>
/// <param name="Machine">Processor, number of processors, kernel.</param>
/// <param name="CongestionControl">What TCP uses inside the tunnels.</param>
/// <param name="Commit">The commit that is checked out.</param>
/// <param name="Peer">The version of wireguard-go.</param>
/// <param name="Programs">What each contender runs, left and right, with its environment.</param>
/// <param name="Command">The command line.</param>
internal sealed record Setting(
    DateTimeOffset Time,
    string Machine,
    string CongestionControl,
    string Commit,
    string Peer,
    IReadOnlyDictionary<string, string> Programs,
    string Command)
{
    internal static string DescribeMachine()
    {
        string? line = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal));
        string model = line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
        return $"{Environment.ProcessorCount} x {model}, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
    }
}
