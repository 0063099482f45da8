using Apex.Vpn.Netns.Measuring;

namespace Apex.Vpn.Netns.Results;

/// <summary>How a figure compares with its target.</summary>
internal enum Verdict
{
    /// <summary>Nothing was measured for it.</summary>
    NotMeasured,

    /// <summary>Worse than it must be.</summary>
    Missed,

    /// <summary>As good as it must be.</summary>
    Reached,

    /// <summary>As good as it aims to be.</summary>
    Surpassed,
}

/// <summary>A figure, what it must reach and what it aims at.</summary>
/// <param name="Figure">In words.</param>
/// <param name="Must">What it must reach.</param>
/// <param name="Aim">What it aims at; larger than <paramref name="Must"/> where more is better, smaller where less is.</param>
/// <param name="Measured">Finds the figure.</param>
internal sealed record Target(string Figure, double Must, double Aim, Func<Findings, Spread?> Measured)
{
    /// <summary>Whether more is better.</summary>
    internal bool MoreIsBetter => Aim > Must;

    internal Verdict Judge(Spread? measured) => measured switch
    {
        null => Verdict.NotMeasured,
        { } spread when AtLeastAsGood(spread.Median, Aim) => Verdict.Surpassed,
        { } spread when AtLeastAsGood(spread.Median, Must) => Verdict.Reached,
        _ => Verdict.Missed,
    };

    private bool AtLeastAsGood(double figure, double bar) => MoreIsBetter ? figure >= bar : figure <= bar;
}

/// <summary>What the data path is to reach against wireguard-go, on a machine with AVX-512.</summary>
internal static class Targets
{
    /// <summary>The least number of rounds that a verdict stands on.</summary>
    internal const int LeastRounds = 5;

    internal static readonly Target[] All =
    [
        new("TCP, 1 stream", 1.8, 2.5, Ratio("tcp1")),
        new("TCP, 8 streams", 1.9, 2.5, Ratio("tcp8")),
        new("TCP, reverse", 1.9, 2.5, Ratio("reverse")),
        new("TCP, 1 stream, AVX2 only", 1.3, 1.7, Ratio("avx2", Contender.Narrow)),
        new("UDP 1372 B delivered", 3, 5, Ratio("udp")),
        new("UDP 200 B packets per second", 2.5, 4, Ratio("udp200")),
        new("TCP without UDP GSO on the link", 2.5, 3.6, Ratio("nogso")),
        new("TCP at MTU 8920", 1.3, 1.6, Ratio("mtu")),
        new("CPU-seconds per GB, daemons", 0.45, 0.32, DaemonCost),
        new("CPU-seconds per GB, machine less raw link", 0.55, 0.4, MachineCost),
        new("peak RSS in MB, NativeAOT", 24, 10, Memory(Contender.Ours)),
        new("peak RSS in MB, JIT", 64, 40, Memory(Contender.Jit)),
        new("ping, idle", 0.85, 0.5, Ratio("ping")),
        new("ping beside a TCP stream", 0.9, 0.5, Ratio("ping-load")),
        new("share of our path without cipher", 0.55, 0.75, ShareOfNullCipher),
    ];

    private static Func<Findings, Spread?> Ratio(string experiment, string? contender = null) =>
        findings => findings.ValueRatio(experiment, contender ?? findings.Subject, Contender.Theirs);

    private static Spread? DaemonCost(Findings findings) => findings.DaemonCostRatio(findings.Subject, Contender.Theirs);

    private static Spread? MachineCost(Findings findings) => findings.MachineCostRatio(findings.Subject, Contender.Theirs);

    private static Spread? ShareOfNullCipher(Findings findings) => findings.ValueRatio("null", findings.Subject, Contender.NullCipher);

    private static Func<Findings, Spread?> Memory(string contender) =>
        findings => findings.PeakMemory.TryGetValue(contender, out long bytes) ? Spread.Of([bytes / 1e6]) : null;
}
