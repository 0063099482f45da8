using System.Net;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Control;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>
/// WireGuard without I/O: packets and the time go in, packets and the next deadline come out. It starts no thread, reads no clock and opens
/// no socket; a shell drives it, and so can a simulation.
/// </summary>
/// <remarks>
/// <para>How to drive it. Data workers, one thread each with a <see cref="Worker"/> of its own: <see cref="Outbound"/> for batches from the
/// TUN, <see cref="Inbound"/> for batches from the network. One control worker: <see cref="Step"/> whenever it was woken or
/// <see cref="NextDeadline"/> has come, again at once while it returns true; everything else on this class belongs to the control worker
/// too.</para>
/// <para>Who owns what stands on <see cref="EngineContext"/> and <see cref="Peer"/>.</para>
/// </remarks>
internal sealed class WireGuardEngine : IDisposable
{
    /// <summary>How soon to look again for workers that still held keys that are to be erased.</summary>
    private static readonly TimeSpan ReleaseInterval = TimeSpan.FromMilliseconds(10);

    private readonly EngineContext _context;
    private readonly Worker _worker;
    private readonly Tai64nClock _clock = new();
    private readonly SessionKeeper _sessions;
    private readonly Configurator _configurator;
    private readonly IdentityKeeper _identities;
    private readonly HandshakeReader _handshakes;
    private readonly PeerSender _sender;
    private readonly PeerClock _peerClock;
    private ActivePeer? _attending;
    private Instant _stepBegan;

    internal WireGuardEngine(EngineOptions options)
    {
        _context = new EngineContext(options);
        _worker = new Worker(_context, ControlBatchSlots);
        var sealer = new Sealer(_context);
        Outbound = new OutboundPath(_context, sealer);
        Inbound = new InboundPath(_context);
        _sessions = new SessionKeeper(_context, _clock);
        var secrets = new StaticSecrets(_context, _sessions);
        _sender = new PeerSender(_context, sealer, new InitiationWriter(_context, _sessions, secrets, _clock));
        var responses = new ResponseWriter(_context, _sessions);
        if (options.Admission is { } admission)
        {
            var admissionSecrets = new SecretSlab(slotsPerChunk: 64);
            var ids = new KeyIds(admissionSecrets, _context.Random);
            var departures = new Departures(_context, ids, admission.MaxReplayMarks);
            _configurator = new Configurator(_context, _sessions, _worker, departures);
            var admitted = new AdmittedPeers(_context, _sessions, secrets, responses, departures);
            Admission = new PeerAdmission(_context, admission, admissionSecrets, ids, departures, _configurator, admitted);
        }
        else
        {
            _configurator = new Configurator(_context, _sessions, _worker, departures: null);
        }
        _handshakes = new HandshakeReader(_context, _sessions, secrets, _sender, responses, Admission);
        _peerClock = new PeerClock(_context, _sessions, _sender, _configurator);
        if (_context.Notices is { } tap) Notices = new NoticeControl(_context, tap, options, _sender);
        _identities = new IdentityKeeper(_context, _sessions, _configurator);
    }

    /// <summary>The size of the batch that <see cref="Step"/> needs.</summary>
    internal const int ControlBatchSlots = 128;

    internal const int ControlBatchBytes = 2 * ControlOutput.MinSlab;

    internal OutboundPath Outbound { get; }

    internal InboundPath Inbound { get; }

    internal EngineContext Context => _context;

    /// <summary>Notices, as far as they belong to the control worker; null when the device neither hears nor sends any.</summary>
    internal NoticeControl? Notices { get; }

    internal PublicKey? PublicKey => _context.Identities.Primary?.PublicKey;

    internal bool IsUp => _configurator.IsUp;

    /// <summary>Makes peers just in time; null when that is off. What other threads may use of it stands on <see cref="EngineContext"/>.</summary>
    internal PeerAdmission? Admission { get; }

    internal bool IsDisposed { get; private set; }

    /// <summary>Makes a data worker's own state. Any thread.</summary>
    internal Worker CreateWorker(int batchCapacity) => new(_context, batchCapacity);

    /// <summary>A batch for <see cref="Step"/>.</summary>
    internal static PacketBatch CreateControlBatch() => new(ControlBatchSlots, ControlBatchBytes);

    /// <summary>Tells the wall clock's reading, at start, after a sleep, and when it was set.</summary>
    internal void AnchorWallClock(long unixNanoseconds, Instant now) => _clock.Anchor(unixNanoseconds, now);

    /// <summary>
    /// Does what is due: wishes of data workers, handshake messages, deadlines. The batch is emptied and takes what is to be sent; the caller
    /// sends it and calls <see cref="AfterSend"/>.
    /// </summary>
    /// <returns>Whether there is more to do at once.</returns>
    internal bool Step(Instant now, PacketBatch batch)
    {
        batch.Clear();
        var output = new ControlOutput(batch, _worker);
        _worker.Ticket.Online();
        _stepBegan = now;
        Admission?.BeginStep(_worker, now);
        ObserveLoad(now);
        while (_context.Fallen.TryDequeue(out Keypair? keypair)) _sessions.Discard(keypair);
        AttendPeers(output, now);
        ReadHandshakes(output, now);
        Notices?.Reader?.Work(output, now);
        TakeAnswers(output, now);
        while (output.HasRoom && _context.Wheel.TakeDue(now) is { } due) Tick(due, output, now);
        _worker.Ticket.Offline();
        _context.Quiescence.Collect();
        return HasMore(now);
    }

    /// <summary>Learns from sending a batch of <see cref="Step"/>.</summary>
    internal void AfterSend(PacketBatch batch, int sent)
    {
        OutboundPath.AfterSend(batch, _worker, sent);
        // Only now may data workers send behind what had waited.
        Peer? before = null;
        for (int i = 0; i < batch.Count; i++)
        {
            Peer? owner = _worker.Owners[i];
            if (owner != before && owner is { HasStaged: true }) owner.Staged.Sent();
            before = owner;
        }
    }

    /// <summary>
    /// Tells the time after a step and its sending, so that what it took is held against those whom it was done for. Who drives the engine by
    /// a virtual clock, which stands still during a step, need not call it.
    /// </summary>
    internal void EndStep(Instant now) => _context.Handshakes.EndStep(now - _stepBegan, now);

    /// <summary>When to call <see cref="Step"/> next if nobody wakes the control worker before.</summary>
    internal Deadline NextDeadline(Instant now)
    {
        Deadline next = new(_context.Wheel.Next(), DeadlineReason.Peer);
        next = next.OrEarlier(_context.Handshakes.LoadEnds, DeadlineReason.LoadEnds);
        next = next.OrEarlier(_context.Handshakes.RestEnds, DeadlineReason.HandshakesRested);
        if (Admission is not null) next = next.OrEarlier(Admission.NextDeadline());
        return _context.Quiescence.Pending == 0 ? next : next.OrEarlier(now + ReleaseInterval, DeadlineReason.ReleaseKeys);
    }

    internal void SetPrivateKey(PrivateKey? privateKey)
    {
        _identities.SetPrimary(privateKey);
        _context.Gate.Probes.Follow(PublicKey);
    }

    internal bool TryAddIdentity(PrivateKey privateKey) => _identities.TryAdd(privateKey);

    internal bool TryRetireIdentity(PublicKey key)
    {
        bool retired = _identities.TryRetire(key);
        _context.Gate.Probes.Follow(PublicKey); // another may be the primary now
        return retired;
    }

    internal PublicKey[] ListIdentities()
    {
        ReadOnlySpan<DeviceIdentity> identities = _context.Identities.NewestFirst;
        var keys = new PublicKey[identities.Length];
        for (int i = 0; i < keys.Length; i++) keys[i] = identities[i].PublicKey;
        return keys;
    }

    /// <summary>Answers latency probes from now on, made for the primary identity; null ends it.</summary>
    /// <param name="settings">Owned by the engine from now on.</param>
    internal void AnswerProbes(ProbeSettings? settings) => _context.Gate.Probes.Apply(settings, PublicKey);

    internal void RemoveAllPeers() => _configurator.RemoveAllPeers();

    internal void ApplyPeers(ReadOnlySpan<PeerUpdate> updates) => _configurator.ApplyPeers(updates);

    internal void Up() => _configurator.Up();

    internal void Down()
    {
        _configurator.Down();
        Admission?.DropParked(_worker);
    }

    internal void EraseSessions() => _configurator.EraseAll();

    internal void ForgetSources() => _configurator.ForgetSources();

    internal void Moved(Instant now) => _configurator.Moved(now);

    internal int PeerCount => _context.Peers.Count;

    /// <summary>Copies the static private key out; false when there is none.</summary>
    internal bool TryCopyPrivateKey(Span<byte> destination)
    {
        if (_context.Identities.Primary is not { } identity) return false;
        identity.PrivateKey.CopyTo(destination);
        return true;
    }

    /// <summary>Copies a peer's preshared key out, zeros for none; false when there is no such peer.</summary>
    internal bool TryCopyPresharedKey(PublicKey key, Span<byte> destination)
    {
        if (!_context.Peers.TryFind(key, out Peer? peer)) return false;
        StaticSecrets.PresharedKey(peer).CopyTo(destination);
        return true;
    }

    /// <summary>Reads some peers in the order in which they were added.</summary>
    /// <param name="after">The last peer of the part before; null for the first part.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="statuses">Takes what was read.</param>
    /// <returns>Where the next part goes on; null at the end.</returns>
    internal Peer? ReadPeers(Peer? after, int count, List<PeerStatus> statuses)
    {
        Peer? peer = after is null ? _context.Peers.First : after.Later;
        Peer? last = null;
        for (; peer is not null && statuses.Count < count; peer = peer.Later)
        {
            last = peer;
            if (!peer.IsRemoved) statuses.Add(Describe(peer));
        }
        return peer is null ? null : last;
    }

    /// <summary>Reads one peer; null when there is none with this key.</summary>
    internal PeerStatus? ReadPeer(PublicKey key) => _context.Peers.TryFind(key, out Peer? peer) ? Describe(peer) : null;

    public void Dispose()
    {
        IsDisposed = true;
        _configurator.Down();
        _configurator.RemoveAllPeers();
        Admission?.Dispose();
        _worker.Dispose();
        _context.Quiescence.Collect();
        _context.Dispose();
    }

    private static PeerStatus Describe(Peer peer)
    {
        long lastHandshake = peer.IsIdle ? 0 : peer.Active.LastHandshake;
        var allowedIps = new IPNetwork[peer.AllowedIps.Count];
        int i = 0;
        foreach (AllowedIpPrefix prefix in peer.AllowedIps) allowedIps[i++] = prefix.ToIPNetwork();
        return new PeerStatus
        {
            PublicKey = peer.PublicKey,
            HasPresharedKey = !peer.PresharedKey.IsEmpty,
            Endpoint = peer.Path?.Value.Remote ?? UdpEndpoint.None,
            PersistentKeepalive = peer.PersistentKeepalive,
            LastHandshake = lastHandshake == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(lastHandshake / 100),
            ReceivedBytes = peer.ReceivedBytes,
            SentBytes = peer.SentBytes,
            AllowedIps = allowedIps,
        };
    }

    private void ObserveLoad(Instant now)
    {
        HandshakeLanes lanes = _context.Handshakes;
        lanes.AreManyParked = Admission is { IsLoaded: true };
        if (!lanes.BeginStep(now)) return;
        _context.Events.LoadChanged(lanes.IsLoaded);
        if (!lanes.IsLoaded) _handshakes.EndLoad(now);
    }

    private void ReadHandshakes(ControlOutput output, Instant now)
    {
        HandshakeLanes lanes = _context.Handshakes;
        while (output.HasRoom && lanes.TryTake(now, out HandshakeQueue.Item item, out HandshakeLane lane))
        {
            if (!IsUp)
            {
                _worker.Drop(DropReason.InvalidMac1); // came before the device went down: no identity answers now
                continue;
            }
            Peer? touched = _handshakes.Read(ref item, lanes.IsUnderLoad(lane), output, now);
            if (touched is not null) _peerClock.Reschedule(touched);
            lanes.Charge(lane, _handshakes.Cost, inVain: touched is null && item.Probe is null);
        }
    }

    /// <summary>Peers that are made of answers cost what an initiation of others costs, and are booked with those.</summary>
    private void TakeAnswers(ControlOutput output, Instant now)
    {
        while (Admission?.TakeAnswers(output, now) is { } admitted)
        {
            _peerClock.Reschedule(admitted);
            _context.Handshakes.Charge(HandshakeLane.Others, 3 * HandshakeCost.Agreement, inVain: false);
        }
    }

    private void AttendPeers(ControlOutput output, Instant now)
    {
        _attending ??= _context.Attention.TakeAll();
        while (_attending is { } peer && output.HasRoom)
        {
            // Read the link first: once its wishes are taken, the peer may be put into the queue again.
            _attending = peer.NextInAttention;
            Attend(peer.Peer, peer.TakeAttention(), output, now);
        }
    }

    private void Attend(Peer peer, Attention attention, ControlOutput output, Instant now)
    {
        if (peer.IsRemoved || !IsUp)
        {
            SessionKeeper.DropStaged(peer, _worker); // staged by a worker that had found the peer before it went
            return;
        }
        if (attention.HasFlag(Attention.Roamed) && peer.Path is { } path)
        {
            _context.Gate.Known.Follow(peer);
            _context.Events.PeerRoamed(peer, path.Value.Remote);
        }
        if (attention.HasFlag(Attention.Confirmed)) _sessions.Confirm(peer, initiator: false, _worker, now);
        // Waiting packets may fill the batch, so they come last; and where they go, no keepalive is needed.
        if (attention.HasFlag(Attention.Handshake)) _sender.SendInitiation(peer, isRetry: false, output, now);
        if (attention.HasFlag(Attention.Keepalive)) _sender.SendKeepalive(peer, output, now);
        else if (attention.HasFlag(Attention.Staged) || (attention.HasFlag(Attention.Confirmed) && peer.StagedCount != 0))
            _sender.SendStaged(peer, output, now);
        Notices?.Attend(peer, attention, output, now);
        _peerClock.Reschedule(peer);
    }

    private void Tick(DeadlineWheel.Entry due, ControlOutput output, Instant now)
    {
        if (due is ActivePeer active) _peerClock.Tick(active.Peer, output, now);
        else if (due is PendingNotice notice) Notices!.Sender!.Tick(notice, output, now);
    }

    private bool HasMore(Instant now) =>
        _attending is not null || !_context.Attention.IsEmpty || _context.Handshakes.HasWork(now) || _context.Wheel.Next() <= now
        || Admission is { HasWork: true } || Notices is { HasWork: true };
}
