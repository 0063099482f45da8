using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>
/// Somebody on the other end: what is configured, and what is known of the sessions with them.
/// </summary>
/// <remarks>
/// Who writes what:
/// <list type="table">
/// <item><term>configuration, handshake state, secrets</term><description>the control worker alone</description></item>
/// <item><term><see cref="Sessions"/></term><description>the control worker, and a receiving worker that confirms a session; under its lock</description></item>
/// <item><term><see cref="Path"/></term><description>the control worker and receiving workers, by one reference store of an immutable object</description></item>
/// <item><term>counters</term><description>any worker, by interlocked addition, once per run of packets</description></item>
/// <item><term><see cref="Timers"/></term><description>see there</description></item>
/// <item><term><see cref="Staged"/></term><description>any worker, under <see cref="StagedLock"/></description></item>
/// </list>
/// Everybody reads.
/// </remarks>
internal sealed class Peer : DeadlineWheel.Entry, IAllowedIpOwner
{
    private PeerPath? _path;
    private long _sentBytes;
    private long _receivedBytes;
    private int _attention;
    private int _stagedCount;

    internal Peer(PublicKey publicKey) => PublicKey = publicKey;

    internal PublicKey PublicKey { get; }

    /// <summary>Counts up from 1 in the order of addition: what the peer is called where its key must not appear.</summary>
    internal int Number { get; set; }

    public AllowedIpList AllowedIps { get; } = new();

    internal KeypairSlots Sessions { get; } = new();

    internal PeerTimers Timers { get; } = new();

    internal StagedQueue Staged { get; } = new();

    internal Lock StagedLock { get; } = new();

    // Configuration.
    internal SecretSlot? PresharedKey { get; set; }

    internal ushort PersistentKeepalive { get; set; }

    internal bool IsRemoved { get; set; }

    /// <summary>The neighbours in the order in which peers were added. A removed peer keeps its way forward for readers on the way.</summary>
    internal Peer? Earlier { get; set; }

    internal Peer? Later { get; set; }

    // Handshake state.
    internal SecretSlot? StaticStatic { get; set; }

    /// <summary>The identity that <see cref="StaticStatic"/> belongs to.</summary>
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

    /// <summary>Whether packets wait: later ones then wait behind them, so that they leave in the order in which they came.</summary>
    internal bool HasStaged => StagedCount != 0;

    /// <summary>How many packets wait.</summary>
    internal int StagedCount => Volatile.Read(ref _stagedCount);

    internal Peer? NextInAttention { get; set; }

    internal long SentBytes => Interlocked.Read(ref _sentBytes);

    internal long ReceivedBytes => Interlocked.Read(ref _receivedBytes);

    /// <summary>Where to send; null while unknown.</summary>
    internal PeerPath? Path
    {
        get => Volatile.Read(ref _path);
        set => Volatile.Write(ref _path, value);
    }

    /// <summary>The path by which <see cref="KnownSources"/> knows this peer; null without a session. Control worker.</summary>
    internal PeerPath? KnownPath { get; set; }

    internal void AddSent(long bytes) => Interlocked.Add(ref _sentBytes, bytes);

    internal void AddReceived(long bytes) => Interlocked.Add(ref _receivedBytes, bytes);

    /// <summary>An authentic packet came over a path. True when the remote endpoint is another one than before.</summary>
    internal bool ObservePath(in UdpPath path)
    {
        PeerPath? known = Path;
        if (known is not null && known.Value == path) return false;
        Path = new PeerPath(path);
        return known is null || known.Value.Remote != path.Remote;
    }

    /// <summary>Lets the kernel choose the local address again.</summary>
    internal void ForgetSource()
    {
        if (Path is { Value.HasSource: true } path) Path = new PeerPath(path.Value.WithoutSource());
    }

    /// <summary>Called under <see cref="StagedLock"/> after each change of the queue.</summary>
    internal void PublishStagedCount() => Volatile.Write(ref _stagedCount, Staged.Count);

    /// <summary>Notes a wish; true for the first since the control worker last looked.</summary>
    internal bool TryRaise(Attention attention) => Interlocked.Or(ref _attention, (int)attention) == 0;

    internal Attention TakeAttention() => (Attention)Interlocked.Exchange(ref _attention, 0);
}
