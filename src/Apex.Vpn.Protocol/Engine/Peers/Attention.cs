namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>What a data worker asks the control worker to do for a peer.</summary>
[Flags]
internal enum Attention
{
    None = 0,

    /// <summary>There is something to send and no session, or the session is about to end.</summary>
    Handshake = 1,

    /// <summary>A deadline was set that comes before the one the wheel waits for.</summary>
    EarlierDeadline = 2,

    /// <summary>The responder's session was confirmed by data.</summary>
    Confirmed = 4,

    /// <summary>A packet was staged, or there was no memory to stage it: it needs a session, or the one that came at that moment.</summary>
    Staged = 8,

    /// <summary>The peer was heard from elsewhere.</summary>
    Roamed = 16,

    /// <summary>A keepalive is due at once: the configuration or the device's state changed.</summary>
    Keepalive = 32,

    /// <summary>A session was confirmed with a gateway that is to hear that we want notices.</summary>
    Hello = 64,

    /// <summary>A notice that was sent came through.</summary>
    NoticeAcknowledged = 128,
}
