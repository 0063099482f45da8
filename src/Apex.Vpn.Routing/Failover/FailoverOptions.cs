namespace Apex.Vpn.Routing.Failover;

/// <summary>When a <see cref="FailoverMachine"/> asks and when it moves. Copied when a machine is made.</summary>
public sealed class FailoverOptions
{
    /// <summary>How long nothing may come back, counted from the first data packet without an answer, before the server is asked.</summary>
    /// <value>1 s by default; 200 ms to 30 s. Never less than what the path takes (<see cref="FailoverMachine.AnswerTimeout"/>).</value>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many data packets must have been sent in that time. Fewer are what an idle device sends.</summary>
    /// <value>3 by default; 1 to 1000.</value>
    public int SilentPackets { get; init; } = 3;

    /// <summary>How many times a silent server is asked.</summary>
    /// <value>3 by default; 1 to 10. With 5 % loss each way, 3 go unanswered once in 1 000 times.</value>
    public int Probes { get; init; } = 3;

    /// <summary>The time between two of these probes, and the least wait after the last.</summary>
    /// <value>200 ms by default; 50 ms to 5 s.</value>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a handshake may stay unanswered, with nothing else coming either, before the server is asked; after twice that
    /// time a server that answers probes alone is left.</summary>
    /// <value>5 s by default: WireGuard's REKEY_TIMEOUT, after which an initiation is sent again. 1 s to 60 s.</value>
    public TimeSpan HandshakePatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server that was switched to may be silent before it is asked, or another tried.</summary>
    /// <value>1 s by default; 200 ms to 30 s.</value>
    public TimeSpan ConfirmPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A server that answers probes while nothing comes through its tunnel (an upload that nobody acknowledges) is asked again after a time
    /// that doubles from a second up to this.
    /// </summary>
    /// <value>10 s by default: WireGuard's KEEPALIVE_TIMEOUT, after which a server that got data says something by itself. 1 s to 5
    /// min.</value>
    public TimeSpan MaxRest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Offline, everybody is asked again after a time that doubles from a second up to this.</summary>
    /// <value>30 s by default; 1 s to 10 min.</value>
    public TimeSpan MaxOfflineRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long a server that was left for a failure is barred; doubles with each time that it is left, up to
    /// 16-fold.</summary>
    /// <value>5 min by default; 1 s to 1 h.</value>
    public TimeSpan Bar { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// In which time switches count as flapping: from the second in it on, each doubles <see cref="Silence"/> (up to 8-fold) and the rest
    /// between proposed moves.
    /// </summary>
    /// <value>10 min by default; 1 s to 24 h.</value>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The least time between a switch and a move that is merely better, before doubling.</summary>
    /// <value>60 s by default; 0 to 1 h.</value>
    public TimeSpan Dwell { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>So long without data either way, a tunnel is at rest: nothing is torn by a move.</summary>
    /// <value>60 s by default; 1 s to 1 h.</value>
    public TimeSpan TrafficPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A closing notice of a server counts once in this time.</summary>
    /// <value>10 min by default; 1 s to 24 h.</value>
    public TimeSpan ClosingInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long before its deadline a drained server is left at the latest.</summary>
    /// <value>10 s by default; 1 s to 10 min.</value>
    public TimeSpan DrainMargin { get; init; } = TimeSpan.FromSeconds(10);

    internal void Validate()
    {
        OptionRange.Require(Silence, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), nameof(Silence));
        OptionRange.Require(SilentPackets, 1, 1000, nameof(SilentPackets));
        OptionRange.Require(Probes, 1, 10, nameof(Probes));
        OptionRange.Require(ProbeInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), nameof(ProbeInterval));
        OptionRange.Require(HandshakePatience, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), nameof(HandshakePatience));
        OptionRange.Require(ConfirmPatience, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), nameof(ConfirmPatience));
        OptionRange.Require(MaxRest, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), nameof(MaxRest));
        OptionRange.Require(MaxOfflineRetry, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), nameof(MaxOfflineRetry));
        OptionRange.Require(Bar, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(Bar));
        OptionRange.Require(FlapWindow, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24), nameof(FlapWindow));
        OptionRange.Require(Dwell, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(Dwell));
        OptionRange.Require(TrafficPause, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(TrafficPause));
        OptionRange.Require(ClosingInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24), nameof(ClosingInterval));
        OptionRange.Require(DrainMargin, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), nameof(DrainMargin));
    }
}
