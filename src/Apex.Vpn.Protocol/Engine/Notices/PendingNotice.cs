using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol.Engine.Notices;

/// <summary>A notice on its way to one client. It stands in the wheel until it was acknowledged or given up. Control worker.</summary>
internal sealed class PendingNotice(Peer peer, NoticeKind kind, byte[] message, ulong sequence) : DeadlineWheel.Entry
{
    internal Peer Peer { get; } = peer;

    internal NoticeKind Kind { get; } = kind;

    /// <summary>The bytes, which all clients that are told the same share.</summary>
    internal byte[] Message { get; } = message;

    internal ulong Sequence { get; } = sequence;

    /// <summary>How often its time to be sent has come.</summary>
    internal int Turns { get; set; }

    /// <summary>The one whom it was last sent to; a new session has another one.</summary>
    internal NoticeListener? SentTo { get; set; }
}
