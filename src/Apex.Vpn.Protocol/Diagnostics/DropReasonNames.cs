namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>The text of every <see cref="DropReason"/> in metrics and events. Texts are stable, as the values are.</summary>
public static class DropReasonNames
{
    /// <summary>How many reasons there are, <see cref="DropReason.None"/> included; reasons are numbered from 0 without gaps.</summary>
    internal const int Count = (int)DropReason.NoSession + 1;

    // Without a default arm the compiler reports a reason that has no text (CS8509); CS8524 is about numbers that are no reason at all.
#pragma warning disable CS8524
    /// <summary>The text of a reason: lower-case words joined by underscores.</summary>
    /// <param name="reason">A named reason.</param>
    /// <returns>A constant; nothing is allocated.</returns>
    public static string ToText(DropReason reason) => reason switch
    {
        DropReason.None => "none",
        DropReason.MalformedMessage => "malformed_message",
        DropReason.Truncated => "truncated",
        DropReason.UnknownReceiver => "unknown_receiver",
        DropReason.HandshakeQueueFull => "handshake_queue_full",
        DropReason.InvalidMac1 => "invalid_mac1",
        DropReason.CookieRequired => "cookie_required",
        DropReason.HandshakeRateLimited => "handshake_rate_limited",
        DropReason.HandshakeUnauthentic => "handshake_unauthentic",
        DropReason.LowOrderKey => "low_order_key",
        DropReason.UnknownPeer => "unknown_peer",
        DropReason.Unauthorized => "unauthorized",
        DropReason.StaleTimestamp => "stale_timestamp",
        DropReason.InitiationFlood => "initiation_flood",
        DropReason.UnexpectedResponse => "unexpected_response",
        DropReason.UnexpectedCookie => "unexpected_cookie",
        DropReason.InvalidCookie => "invalid_cookie",
        DropReason.SessionExpired => "session_expired",
        DropReason.CounterExhausted => "counter_exhausted",
        DropReason.Unauthentic => "unauthentic",
        DropReason.Replayed => "replayed",
        DropReason.MalformedInnerPacket => "malformed_inner_packet",
        DropReason.SourceNotAllowed => "source_not_allowed",
        DropReason.CongestionNotEcnCapable => "congestion_not_ecn_capable",
        DropReason.FilteredInbound => "filtered_inbound",
        DropReason.TunRefused => "tun_refused",
        DropReason.MalformedOutbound => "malformed_outbound",
        DropReason.NoRoute => "no_route",
        DropReason.NoEndpoint => "no_endpoint",
        DropReason.FilteredOutbound => "filtered_outbound",
        DropReason.StagedOverflow => "staged_overflow",
        DropReason.StagedMemory => "staged_memory",
        DropReason.StagedAbandoned => "staged_abandoned",
        DropReason.SendFailed => "send_failed",
        DropReason.ProbeUnauthentic => "probe_unauthentic",
        DropReason.ProbeUntimely => "probe_untimely",
        DropReason.ProbeRateLimited => "probe_rate_limited",
        DropReason.InvalidNotice => "invalid_notice",
        DropReason.StaleNotice => "stale_notice",
        DropReason.NoticeFlood => "notice_flood",
        DropReason.NotMember => "not_member",
        DropReason.StampBelowMark => "stamp_below_mark",
        DropReason.ParkingFull => "parking_full",
        DropReason.ParkedAbandoned => "parked_abandoned",
        DropReason.AuthorizerLate => "authorizer_late",
        DropReason.AuthorizerAway => "authorizer_away",
        DropReason.GrantOverlaps => "grant_overlaps",
        DropReason.NoSession => "no_session",
    };
#pragma warning restore CS8524
}
