namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>What a deadline is for.</summary>
internal enum DeadlineReason
{
    None,
    RetransmitInitiation,
    Keepalive,
    NewHandshake,
    PersistentKeepalive,
    EraseKeys,
    /// <summary>A peer's, which knows itself which.</summary>
    Peer,

    ReleaseKeys,
    LoadEnds,
    HandshakesRested,
    Admission,
}

/// <summary>When to act next, and why.</summary>
internal readonly record struct Deadline(Instant At, DeadlineReason Reason)
{
    internal static Deadline None => new(Instant.Eternity, DeadlineReason.None);

    /// <summary>The earlier one.</summary>
    internal Deadline OrEarlier(Deadline other) => other.At < At ? other : this;

    /// <summary>This one, or another if that is set and earlier.</summary>
    internal Deadline OrEarlier(Instant at, DeadlineReason reason) => at.IsSet && at < At ? new Deadline(at, reason) : this;
}
