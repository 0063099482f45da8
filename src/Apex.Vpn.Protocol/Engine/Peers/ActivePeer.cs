using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>A peer that was in touch, or that somebody wants to reach: sessions, deadlines, what waits, and the state of handshakes.</summary>
/// <remarks>
/// Who writes what:
/// <list type="table">
/// <item><term>handshake state, secrets</term><description>the control worker alone</description></item>
/// <item><term><see cref="Sessions"/></term><description>the control worker, and a receiving worker that confirms a session; under its lock</description></item>
/// <item><term>counters</term><description>any worker, by interlocked addition, once per run of packets</description></item>
/// <item><term><see cref="Timers"/></term><description>see there</description></item>
/// <item><term><see cref="Staged"/></term><description>any worker, under its lock</description></item>
/// </list>
/// Everybody reads.
/// </remarks>
internal sealed class ActivePeer(Peer peer) : DeadlineWheel.Entry
{
    // In place, so that a data worker finds the session of a packet, and that none waits, with two reads each.
    private KeypairSlots _sessions = new();
    private StagedQueue _staged = new();
    private long _sentBytes;
    private long _receivedBytes;
    private int _attention;

    internal Peer Peer { get; } = peer;

    internal ref KeypairSlots Sessions => ref _sessions;

    internal ref StagedQueue Staged => ref _staged;

    internal PeerTimers Timers { get; } = new();

    // Handshake state.

    /// <summary>The agreement of the static keys in the slab; empty while none was computed, or when the peer's key is of low order.</summary>
    internal SecretSlot StaticStatic { get; set; }

    /// <summary>The identity of ours that <see cref="StaticStatic"/> belongs to.</summary>
    internal DeviceIdentity? StaticStaticOf { get; set; }

    /// <summary>The identity that the peer's last valid initiation meant: what it knows us by. Null for the primary.</summary>
    internal DeviceIdentity? Identity { get; set; }

    internal PendingHandshake? Pending { get; set; }

    internal CookieJar? Cookies { get; set; }

    /// <summary>The stamp of the last initiation taken from this peer; it outlives sessions and endpoints.</summary>
    internal Tai64n LastTimestamp { get; set; }

    /// <summary>The stamp of the last initiation sent to this peer.</summary>
    internal Tai64n LastTimestampSent { get; set; }

    internal Instant LastInitiationConsumed { get; set; }

    /// <summary>When we last sent an initiation or a response: the next initiation keeps its distance.</summary>
    internal Instant LastHandshakeSent { get; set; }

    internal int Attempts { get; set; }

    /// <summary>When the handshake that goes on now began, for its duration.</summary>
    internal Instant HandshakeBegan { get; set; }

    /// <summary>When the last session was confirmed: nanoseconds since 1970, UTC; 0 for never.</summary>
    internal long LastHandshake { get; set; }

    /// <summary>The path by which <see cref="KnownSources"/> knows this peer; null without a session. Control worker.</summary>
    internal PeerPath? KnownPath { get; set; }

    internal ActivePeer? NextInAttention { get; set; }

    internal long SentBytes => Interlocked.Read(ref _sentBytes);

    internal long ReceivedBytes => Interlocked.Read(ref _receivedBytes);

    internal void AddSent(long bytes) => Interlocked.Add(ref _sentBytes, bytes);

    internal void AddReceived(long bytes) => Interlocked.Add(ref _receivedBytes, bytes);

    /// <summary>Notes a wish; true for the first since the control worker last looked.</summary>
    internal bool TryRaise(Attention attention) => Interlocked.Or(ref _attention, (int)attention) == 0;

    internal Attention TakeAttention() => (Attention)Interlocked.Exchange(ref _attention, 0);
}
