namespace Apex.Vpn.Protocol.Notices;

/// <summary>Makes a device hear the notices of its nodes. Read once, when the device is made.</summary>
public sealed class NoticeClientOptions
{
    /// <summary>The nodes to hear, one for each peer at most; <see cref="DeviceNotices.SetGateways"/> changes them.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<NoticeGateway> Gateways { get; init; } = [];

    /// <summary>Says which notices are the control plane's.</summary>
    public required INoticeVerifier Verifier { get; init; }

    /// <summary>
    /// Tells the time by which notices are judged: the issue time of the last signed status and the time elapsed since it came, never the
    /// wall clock; null while there is none, and then no signed notice is believed. Called on the control worker: must not block or throw.
    /// </summary>
    public required Func<DateTimeOffset?> SignedTime { get; init; }
}
