using Apex.Vpn.Netns.Network;

namespace Apex.Vpn.Netns.Measuring;

/// <summary>All experiments, in the order they run in.</summary>
internal static class Plan
{
    /// <summary>The names that can be asked for.</summary>
    internal static readonly string[] Names =
    [
        "tcp1", "tcp8", "reverse", "udp", "udp200", "udp64", "ping", "ping-load",
        "avx2", "null", "mixed", "mixed-reverse", "nogso", "mtu",
    ];

    /// <summary>The experiments that are asked for and whose contenders are there.</summary>
    /// <param name="contenders">The names of all that are there.</param>
    /// <param name="subject">The one of ours that all experiments are about.</param>
    /// <param name="only">Names of experiments; empty for all.</param>
    internal static IReadOnlyList<Experiment> Create(IReadOnlyCollection<string> contenders, string subject, IReadOnlyList<string> only)
    {
        string[] everyone = [Contender.Theirs, .. contenders.Where(IsWhole)];
        Experiment[] all =
        [
            new("tcp1", LinkKind.Standard, Traffic.Tcp1, everyone),
            new("tcp8", LinkKind.Standard, Traffic.Tcp8, everyone),
            new("reverse", LinkKind.Standard, Traffic.TcpReverse, everyone),
            new("udp", LinkKind.Standard, Traffic.Udp1372, everyone),
            new("udp200", LinkKind.Standard, Traffic.Udp200, everyone),
            new("udp64", LinkKind.Standard, Traffic.Udp64, everyone),
            new("ping", LinkKind.Standard, Traffic.PingIdle, everyone),
            new("ping-load", LinkKind.Standard, Traffic.PingLoaded, everyone),
            new("avx2", LinkKind.Standard, Traffic.Tcp1, [Contender.Theirs, Contender.Narrow]),
            new("null", LinkKind.Standard, Traffic.Tcp1, [Contender.NullCipher, subject]),
            new("mixed", LinkKind.Standard, Traffic.Tcp1, [Contender.Theirs, Contender.Mixed]),
            new("mixed-reverse", LinkKind.Standard, Traffic.TcpReverse, [Contender.Theirs, Contender.Mixed]),
            new("nogso", LinkKind.NoUdpSegmentation, Traffic.Tcp1, [Contender.Theirs, subject]),
            new("mtu", LinkKind.Jumbo, Traffic.Tcp1, [Contender.Theirs, subject]),
        ];
        return
        [
            .. all.Where(experiment => only.Count == 0 || only.Contains(experiment.Name))
                .Where(experiment => experiment.Contenders.All(contenders.Contains)),
        ];
    }

    // Those that differ from the subject in one respect have experiments of their own.
    private static bool IsWhole(string contender) =>
        contender is not (Contender.Theirs or Contender.Narrow or Contender.NullCipher or Contender.Mixed);
}
