namespace Apex.Vpn.Protocol.Engine;

/// <summary>The protocol's constants (WG 6.1), and those that all engines share beyond the paper.</summary>
internal static class Limits
{
    internal const ulong RekeyAfterMessages = 1UL << 60;
    internal const ulong RejectAfterMessages = ulong.MaxValue - (1UL << 13); // 2^64 - 2^13 - 1

    internal static readonly TimeSpan RekeyAfterTime = TimeSpan.FromSeconds(120);
    internal static readonly TimeSpan RejectAfterTime = TimeSpan.FromSeconds(180);
    internal static readonly TimeSpan RekeyAttemptTime = TimeSpan.FromSeconds(90);
    internal static readonly TimeSpan RekeyTimeout = TimeSpan.FromSeconds(5);
    internal static readonly TimeSpan KeepaliveTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Keys are erased this long after the last session was derived.</summary>
    internal static readonly TimeSpan EraseKeysAfter = 3 * RejectAfterTime;

    /// <summary>A just-in-time peer is erased when its last session has been too old for three minutes.</summary>
    internal static readonly TimeSpan EraseAdmittedAfter = RejectAfterTime + TimeSpan.FromMinutes(3);

    /// <summary>The receiving initiator asks for a new session from this age on, so that it stands before the old one is refused.</summary>
    internal static readonly TimeSpan RekeyOnReceiveAfter = RejectAfterTime - KeepaliveTimeout - RekeyTimeout;

    /// <summary>A responder makes a new cookie secret this often (WG 5.4.7).</summary>
    internal static readonly TimeSpan CookieLifetime = TimeSpan.FromSeconds(120);

    /// <summary>An initiator stops using a cookie this much earlier, since it does not know when the secret was made.</summary>
    internal static readonly TimeSpan CookieLatency = TimeSpan.FromSeconds(5);

    /// <summary>Two initiations of one peer closer than this are one too many.</summary>
    internal static readonly TimeSpan InitiationInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Retransmissions and new handshakes are spread over this, so that two sides do not collide for ever.</summary>
    internal static readonly TimeSpan MaxJitter = TimeSpan.FromMilliseconds(333);

    /// <summary>How long a load peak counts as load.</summary>
    internal static readonly TimeSpan UnderLoadAfterglow = TimeSpan.FromSeconds(1);

    /// <summary>Initiations in one attempt before it is given up: REKEY_ATTEMPT_TIME / REKEY_TIMEOUT.</summary>
    internal const int MaxHandshakeAttempts = 18;

    /// <summary>Packets that wait for a handshake, per peer.</summary>
    internal const int MaxStagedPackets = 128;
}
