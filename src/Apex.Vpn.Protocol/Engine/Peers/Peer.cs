using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>
/// Somebody on the other end: what is configured. What is known of the sessions with them stands on <see cref="ActivePeer"/>, so that a
/// peer that was never in touch costs 112 bytes and its prefixes.
/// </summary>
/// <remarks>
/// Who writes what:
/// <list type="table">
/// <item><term>configuration, <see cref="PresharedKey"/></term><description>the control worker alone</description></item>
/// <item><term><see cref="Path"/></term><description>the control worker and receiving workers, by one reference store of an immutable object</description></item>
/// <item><term><see cref="Active"/></term><description>whoever needs it first, by one interlocked store; it stays as long as the peer</description></item>
/// </list>
/// Everybody reads. Of what lies on <see cref="Active"/>, that which data workers use is forwarded from here.
/// </remarks>
internal sealed class Peer : IAllowedIpOwner
{
    private ActivePeer? _active;
    private PeerPath? _path;
    private AllowedIpList _allowedIps;

    internal Peer(PublicKey publicKey) => PublicKey = publicKey;

    internal PublicKey PublicKey { get; }

    /// <summary>Counts up from 1 in the order of addition: what the peer is called where its key must not appear.</summary>
    internal int Number { get; set; }

    public ref AllowedIpList AllowedIps => ref _allowedIps;

    /// <summary>The preshared key in the slab; empty for none.</summary>
    internal SecretSlot PresharedKey { get; set; }

    internal ushort PersistentKeepalive { get; set; }

    internal bool IsRemoved { get; set; }

    /// <summary>
    /// Whether the peer was made just in time, on a grant: it never makes the device initiate, initiations do not move its endpoint, and it
    /// goes when it was idle. Set before data workers can find the peer.
    /// </summary>
    internal bool IsAdmitted { get; set; }

    /// <summary>The neighbours in the order in which peers were added. A removed peer keeps its way forward for readers on the way.</summary>
    internal Peer? Earlier { get; set; }

    internal Peer? Later { get; set; }

    /// <summary>Where to send; null while unknown.</summary>
    internal PeerPath? Path
    {
        get => Volatile.Read(ref _path);
        set => Volatile.Write(ref _path, value);
    }

    /// <summary>Whether nothing was ever sent to, received from or staged for the peer: there is nothing to look at or to end.</summary>
    internal bool IsIdle => Volatile.Read(ref _active) is null;

    /// <summary>Sessions, timers, handshake state, counters. Made by the first who asks; who only looks asks <see cref="IsIdle"/> first.</summary>
    internal ActivePeer Active => Volatile.Read(ref _active) ?? Activate();

    /// <inheritdoc cref="ActivePeer.Sessions"/>
    internal ref KeypairSlots Sessions => ref Active.Sessions;

    internal PeerTimers Timers => Active.Timers;

    /// <inheritdoc cref="ActivePeer.Staged"/>
    internal ref StagedQueue Staged => ref Active.Staged;

    /// <inheritdoc cref="StagedQueue.IsPending"/>
    internal bool HasStaged => Volatile.Read(ref _active) is { } active && active.Staged.IsPending;

    /// <summary>How many packets wait.</summary>
    internal int StagedCount => Volatile.Read(ref _active) is { } active ? active.Staged.Count : 0;

    internal long SentBytes => Volatile.Read(ref _active)?.SentBytes ?? 0;

    internal long ReceivedBytes => Volatile.Read(ref _active)?.ReceivedBytes ?? 0;

    internal void AddSent(long bytes) => Active.AddSent(bytes);

    internal void AddReceived(long bytes) => Active.AddReceived(bytes);

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

    // Of several that come at once, all get the one that was published; nobody has put anything into the others.
    private ActivePeer Activate()
    {
        var made = new ActivePeer(this);
        InjectedYields.Here();
        return Interlocked.CompareExchange(ref _active, made, null) ?? made;
    }
}
