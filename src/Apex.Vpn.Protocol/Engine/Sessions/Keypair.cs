using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Engine.Sessions;

/// <summary>
/// One session: two keys, the counters under them, and the receiver indices of both sides. Any data worker seals and opens with it while
/// online in the quiescence protocol; the keys are erased in <see cref="Release"/>, when no worker can hold them any more.
/// </summary>
internal sealed class Keypair : IndexOwner, IRetired
{
    private readonly SecretSlot _sendKey;
    private readonly SecretSlot _receiveKey;
    private readonly SecretSlab _slab;
    private readonly ReplayWindow _window = new();
    private readonly Lock _windowLock = new();
    private ulong _nextCounter;
    private int _renewalAsked;
    private NoticeListener? _listener;

    internal Keypair(Peer peer, SecretSlab slab, bool isInitiator, uint remoteIndex, Instant createdAt)
    {
        Peer = peer;
        IsInitiator = isInitiator;
        RemoteIndex = remoteIndex;
        CreatedAt = createdAt;
        _slab = slab;
        _sendKey = slab.Rent();
        _receiveKey = slab.Rent();
    }

    internal Peer Peer { get; }

    internal bool IsInitiator { get; }

    /// <summary>What the other side calls this session: the receiver index of what we send.</summary>
    internal uint RemoteIndex { get; }

    internal Instant CreatedAt { get; }

    internal Span<byte> SendKey => _sendKey.Span;

    internal Span<byte> ReceiveKey => _receiveKey.Span;

    /// <summary>The client that said hello in this session; null when none did.</summary>
    internal NoticeListener? Listener => Volatile.Read(ref _listener);

    /// <summary>Notes that a client said hello; true for the first in this session.</summary>
    internal bool TryListen(NoticeListener listener) => Interlocked.CompareExchange(ref _listener, listener, null) is null;

    /// <summary>How many counters were handed out.</summary>
    internal ulong Sent => Volatile.Read(ref _nextCounter);

    internal bool IsExpired(Instant now) => now - CreatedAt >= Limits.RejectAfterTime;

    /// <summary>Whether so many packets can be sent.</summary>
    internal bool CanSend(Instant now, int packets = 1) => !IsExpired(now) && Sent <= Limits.RejectAfterMessages - (ulong)packets;

    /// <summary>Whether sending asks for a successor (WG 6.2): too many messages, or too old and we are the one to act.</summary>
    internal bool WantsRenewalBySender(Instant now) =>
        Sent > Limits.RekeyAfterMessages || (IsInitiator && now - CreatedAt >= Limits.RekeyAfterTime);

    /// <summary>Whether receiving asks for a successor: so old that it will be refused soon. True at most once.</summary>
    internal bool WantsRenewalByReceiver(Instant now) =>
        IsInitiator && now - CreatedAt >= Limits.RekeyOnReceiveAfter && Interlocked.Exchange(ref _renewalAsked, 1) == 0;

    /// <summary>
    /// Takes counters for a run of packets; they are used up even if the packets never leave. False when the key's limit of messages is
    /// reached. The limit leaves 8191 counters of room below overflow, far more than all workers together can overshoot.
    /// </summary>
    internal bool TryTakeCounters(int count, out ulong first)
    {
        first = 0;
        if (Sent >= Limits.RejectAfterMessages) return false;
        ulong end = Interlocked.Add(ref _nextCounter, (ulong)count);
        first = end - (ulong)count;
        return end <= Limits.RejectAfterMessages;
    }

    /// <summary>Ends sending: the identity that made this session is gone.</summary>
    internal void ExhaustSending() => Volatile.Write(ref _nextCounter, Limits.RejectAfterMessages);

    /// <summary>Moves the counter, for tests of what happens near the limits.</summary>
    internal void SkipTo(ulong counter) => Volatile.Write(ref _nextCounter, counter);

    /// <summary>Marks the counters of opened messages as seen, and says of each whether it was new.</summary>
    /// <remarks>The window moves only for what proved authentic: a forger must not push it.</remarks>
    internal void Accept(ReadOnlySpan<AeadSegment> opened, Span<bool> isNew)
    {
        lock (_windowLock)
        {
            for (int i = 0; i < opened.Length; i++) isNew[i] = opened[i].Authentic && _window.TryAccept(opened[i].Counter);
        }
    }

    /// <inheritdoc/>
    public void Release()
    {
        _slab.Return(_sendKey);
        _slab.Return(_receiveKey);
    }
}
