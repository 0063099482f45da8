namespace Apex.Vpn.Routing.Latency;

/// <summary>How often, how many and how a client probes. Copied when a plan is made.</summary>
public sealed class ProbePlanOptions
{
    /// <summary>How many servers a round asks at most.</summary>
    /// <value>8 by default; 2 to 32.</value>
    public int ServersPerRound { get; init; } = 8;

    /// <summary>How many of the best servers an incremental round asks, besides the current one and the standby.</summary>
    /// <value>3 by default, as Tailscale's netcheck; 0 to 32.</value>
    public int BestPerRound { get; init; } = 3;

    /// <summary>How many other servers an incremental round asks: those of the best <see cref="Horizon"/> that were longest not
    /// probed.</summary>
    /// <value>1 by default; 0 to 32.</value>
    public int ExplorersPerRound { get; init; } = 1;

    /// <summary>How many servers, best first, are ever probed to learn about them.</summary>
    /// <value>24 by default: three full rounds. 1 to 256.</value>
    public int Horizon { get; init; } = 24;

    /// <summary>How many probes a server gets in a round.</summary>
    /// <value>3 by default; 1 to 8.</value>
    public int ProbesPerServer { get; init; } = 3;

    /// <summary>The time between two probes of one server.</summary>
    /// <value>100 ms by default; 20 ms to 1 s.</value>
    public TimeSpan Spacing { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>By how much that time is at most longer or shorter, by chance, so that rounds have no shape of their own on the
    /// wire.</summary>
    /// <value>25 ms by default; at most the spacing.</value>
    public TimeSpan SpacingJitter { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>How long a round takes at most, from its first probe on.</summary>
    /// <value>800 ms by default; at least 20 ms longer than sending takes, at most 10 s.</value>
    public TimeSpan RoundBudget { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>The time from one incremental round to the next, give or take a fifth.</summary>
    /// <value>60 s by default: a switch needs several rounds, and a dwell of 60 s before it. 5 s to 1 h.</value>
    public TimeSpan IncrementalInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The time from one full round to the next, give or take a fifth.</summary>
    /// <value>10 min by default; at least the incremental interval, at most 24 h.</value>
    public TimeSpan FullInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>By what both intervals are multiplied on battery, on a metered network, or while nobody uses the tunnel.</summary>
    /// <value>4 by default; 1 to 100.</value>
    public double SparingFactor { get; init; } = 4;

    /// <summary>Stealth mode: nothing is ever probed; estimates from elsewhere and handshakes decide.</summary>
    /// <value>False by default.</value>
    public bool Stealth { get; init; }

    /// <summary>How long to wait after the last probe of a round: what its budget leaves.</summary>
    public TimeSpan Patience => RoundBudget - ((ProbesPerServer - 1) * (Spacing + SpacingJitter));

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    internal void Validate()
    {
        OptionRange.Require(ServersPerRound, 2, 32, nameof(ServersPerRound));
        OptionRange.Require(BestPerRound, 0, 32, nameof(BestPerRound));
        OptionRange.Require(ExplorersPerRound, 0, 32, nameof(ExplorersPerRound));
        OptionRange.Require(Horizon, 1, 256, nameof(Horizon));
        OptionRange.Require(ProbesPerServer, 1, 8, nameof(ProbesPerServer));
        OptionRange.Require(Spacing, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1), nameof(Spacing));
        OptionRange.Require(SpacingJitter, TimeSpan.Zero, Spacing, nameof(SpacingJitter));
        TimeSpan sending = RoundBudget - Patience;
        OptionRange.Require(RoundBudget, sending + TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(10), nameof(RoundBudget));
        OptionRange.Require(IncrementalInterval, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), nameof(IncrementalInterval));
        OptionRange.Require(FullInterval, IncrementalInterval, TimeSpan.FromHours(24), nameof(FullInterval));
        OptionRange.Require(SparingFactor, 1, 100, nameof(SparingFactor));
    }
}
