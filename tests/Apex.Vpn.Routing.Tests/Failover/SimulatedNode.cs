namespace Apex.Vpn.Routing.Tests.Failover;

/// <summary>A node of the simulation: when it lives, how far it is, what it answers.</summary>
internal sealed class SimulatedNode(Guid id)
{
    private readonly List<(TimeSpan From, TimeSpan To)> _dead = [];

    internal Guid Id { get; } = id;

    /// <summary>There and back.</summary>
    internal TimeSpan Rtt { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Answers what comes through the tunnel; else it only sends WireGuard's passive keepalives.</summary>
    internal bool AnswersData { get; set; } = true;

    internal bool AnswersHandshakes { get; set; } = true;

    /// <summary>When it last sent something into the tunnel, and since when it owes a keepalive.</summary>
    internal TimeSpan LastSent { get; set; } = TimeSpan.FromDays(-1);

    internal bool OwesKeepalive { get; set; }

    internal void Die(TimeSpan from, TimeSpan? to = null) => _dead.Add((from, to ?? TimeSpan.MaxValue));

    internal bool LivesAt(TimeSpan time) => !_dead.Exists(dead => dead.From <= time && time < dead.To);
}
