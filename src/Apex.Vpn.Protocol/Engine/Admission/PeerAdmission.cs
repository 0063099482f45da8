using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Control;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>
/// Decides about initiators whose key is no peer's: let in on a grant that is remembered, refused, or parked while the authorizer is asked.
/// The control worker's, and it waits for nobody: questions go out by <see cref="Lookups"/>, answers come in by <see cref="Inbox"/>.
/// </summary>
/// <remarks>
/// A revocation once seen wins over whatever was granted before or is answered later, until the application says that the key was added.
/// </remarks>
internal sealed class PeerAdmission : IDisposable
{
    /// <summary>Answers that make peers cost three agreements each; known senders wait for those of one step at most.</summary>
    private const int AdmissionsPerStep = 2;

    private const int AnswersPerStep = 256;
    private const int NotesPerStep = 256;

    private readonly EngineContext _engine;
    private readonly IMembershipFilter? _filter;
    private readonly Configurator _configurator;
    private readonly AdmittedPeers _peers;
    private readonly Departures _departures;
    private readonly KeyIds _ids;
    private readonly SecretSlab _secrets;
    private readonly ParkingLot _parking;
    private readonly GrantCache _grants;
    private readonly AuthorizerHealth _health;
    private readonly RefusedKeys _refused = new();
    private readonly StampTable _revoked;
    private readonly KeyLimits _limits = new();
    private int _admissions; // of this step

    internal PeerAdmission(
        EngineContext engine,
        AdmissionOptions options,
        SecretSlab secrets,
        KeyIds ids,
        Departures departures,
        Configurator configurator,
        AdmittedPeers peers)
    {
        (_engine, _filter, _secrets, _ids, _departures, _configurator, _peers) =
            (engine, options.MembershipFilter, secrets, ids, departures, configurator, peers);
        _parking = new ParkingLot(engine);
        _grants = new GrantCache(secrets, options.MaxCachedGrants);
        _health = new AuthorizerHealth(engine.Events);
        _revoked = new StampTable(options.MaxRevokedKeys);
        Inbox = new AdmissionInbox(engine.WakeControl, secrets);
    }

    internal AdmissionInbox Inbox { get; }

    /// <summary>How many secrets of grants are kept, for tests.</summary>
    internal int SecretsKept => _secrets.Live - 1; // without the boot key

    internal LookupTable Lookups { get; } = new();

    /// <summary>Whether so many wait that others than known senders are under load.</summary>
    internal bool IsLoaded => _parking.Count >= ParkingLot.LoadThreshold;

    internal bool HasWork => !Inbox.IsEmpty;

    internal AdmissionStatus Status => new()
    {
        AuthorizerAnswers = _health.Answers,
        AdmittedPeers = _departures.Present,
        ParkedInitiations = _parking.Count,
        OpenLookups = Lookups.Count,
        Lookups = Lookups.Asked,
        CachedGrants = _grants.Count,
        OverlappingGrants = _peers.Overlaps,
        ReplayMarks = _departures.Marks.Count,
        QuarantinedPeers = _departures.Quarantine.Count,
    };

    /// <summary>What is known against a key that somebody names who has proven nothing yet. Nothing is held against it for being named.</summary>
    internal DropReason Screen(in PublicKey key, out KeyId id)
    {
        id = _ids.Of(in key);
        if (_engine.Identities.Find(key) is not null) return DropReason.UnknownPeer;
        if (_revoked.TryGet(id, out _)) return DropReason.Unauthorized;
        return _filter is null || _filter.MayBeMember(key) ? DropReason.None : DropReason.NotMember;
    }

    /// <summary>Lets in, refuses or parks who has just proven to hold a key. Returns why it went no further; none when it was parked.</summary>
    /// <param name="newcomer">The initiator.</param>
    /// <param name="output">Takes the answer.</param>
    /// <param name="now">The time.</param>
    /// <param name="admitted">The peer, if it is one now.</param>
    internal DropReason Receive(in Newcomer newcomer, ControlOutput output, Instant now, out Peer? admitted)
    {
        admitted = null;
        // First what is a matter of the message, so that whoever sends a recorded one again uses up nothing of the key's.
        if (_departures.Marks.Refuses(newcomer.Id, newcomer.Stamp)) return DropReason.StampBelowMark;
        if (_parking.HasNewer(in newcomer)) return DropReason.StaleTimestamp;
        if (!_limits.Allow(newcomer.Id, now)) return DropReason.InitiationFlood;
        if (_grants.Find(newcomer.Id) is { } grant && _health.GrantsCount(now))
        {
            _grants.Touch(grant, now);
            if (now >= grant.FreshUntil) Ask(newcomer.Key, newcomer.Id, newcomer.Identity, now);
            if (!_peers.HasFreeAddresses(grant)) return DropReason.GrantOverlaps;
            admitted = _peers.Admit(grant, in newcomer, output, now);
            return DropReason.None;
        }
        if (_refused.Contains(newcomer.Id, now)) return DropReason.Unauthorized;
        if (Lookups.Find(newcomer.Id) is null && Lookups.IsFull) return DropReason.ParkingFull;
        DropReason reason = _parking.Park(in newcomer, output.Worker, now);
        if (reason == DropReason.None) Ask(newcomer.Key, newcomer.Id, newcomer.Identity, now);
        return reason;
    }

    /// <summary>
    /// A peer that was let in renews its session. When its grant is no longer fresh the authorizer is asked, and this handshake does not wait;
    /// when the authorizer has been away for too long, it fails.
    /// </summary>
    internal DropReason Renew(Peer peer, DeviceIdentity identity, Instant now)
    {
        KeyId id = _ids.Of(peer.PublicKey);
        CachedGrant? grant = _grants.Find(id);
        if (grant is not null) _grants.Touch(grant, now);
        if (grant is null || now >= grant.FreshUntil) Ask(peer.PublicKey, id, identity, now);
        return _health.GrantsCount(now) ? DropReason.None : DropReason.AuthorizerAway;
    }

    /// <summary>Begins a step: does what the application told, and what is over.</summary>
    internal void BeginStep(Worker worker, Instant now)
    {
        _admissions = 0;
        for (int i = 0; i < NotesPerStep && Inbox.TryTakeNote(out AdmissionNote note, out PublicKey key); i++) Take(note, key, worker, now);
        while (_parking.FindOverdue(now) is { } parked)
        {
            _parking.Remove(parked);
            worker.Drop(DropReason.AuthorizerLate);
        }
        while (Lookups.FindOverdue(now) is { } lookup)
        {
            Lookups.End(lookup);
            _health.MissAnswer();
        }
        if (_grants.Count != 0 && !_health.GrantsCount(now)) _grants.Clear();
        _grants.Expire(now);
        _departures.Quarantine.Advance(now);
    }

    /// <summary>Acts on answers until one makes a peer, which is returned; null when there is no more to do in this step.</summary>
    internal Peer? TakeAnswers(ControlOutput output, Instant now)
    {
        for (int i = 0; i < AnswersPerStep && _admissions < AdmissionsPerStep && output.HasRoom; i++)
        {
            if (!Inbox.TryTakeAnswer(out PeerLookup lookup, out AnswerKind kind, out GrantAnswer? grant)) return null;
            if (Take(lookup, kind, grant, output, now) is not { } peer) continue;
            _admissions++;
            return peer;
        }
        return null;
    }

    /// <summary>When there is something to do if nobody tells anything before.</summary>
    internal Deadline NextDeadline()
    {
        Deadline next = Deadline.None;
        next = next.OrEarlier(_parking.PatienceEnds, DeadlineReason.Admission);
        next = next.OrEarlier(Lookups.PatienceEnds, DeadlineReason.Admission);
        next = next.OrEarlier(_grants.LifetimeEnds, DeadlineReason.Admission);
        if (_grants.Count != 0) next = next.OrEarlier(_health.GrantsEnd, DeadlineReason.Admission);
        return next.OrEarlier(_departures.Quarantine.Ends, DeadlineReason.Admission);
    }

    /// <summary>The device goes down: nobody is answered any more. Answers that come are remembered.</summary>
    internal void DropParked(Worker worker) => worker.Drop(DropReason.ParkedAbandoned, _parking.Clear());

    public void Dispose()
    {
        _parking.Clear();
        _grants.Clear();
        Inbox.Dispose();
        _secrets.Dispose();
    }

    private void Ask(PublicKey key, KeyId id, DeviceIdentity identity, Instant now) => Lookups.TryAsk(key, id, identity.PublicKey, now);

    private void Take(AdmissionNote note, PublicKey key, Worker worker, Instant now)
    {
        if (note == AdmissionNote.AuthorizerAlive)
        {
            _health.ProveLife(now);
            return;
        }
        KeyId id = _ids.Of(in key);
        PeerLookup? lookup = Lookups.Find(id);
        if (note == AdmissionNote.KeyAdded)
        {
            _revoked.Remove(id);
            _refused.Remove(id);
            if (lookup is not null) lookup.IsOutdated = true;
            return;
        }
        _revoked.Set(id, default, out _);
        if (lookup is not null)
        {
            lookup.IsVoid = true;
            Lookups.End(lookup);
        }
        Withdraw(key, id, worker);
    }

    /// <summary>Ends all that a key has.</summary>
    private void Withdraw(PublicKey key, KeyId id, Worker worker)
    {
        if (_parking.Find(id) is { } parked) DropParked(parked, DropReason.Unauthorized, worker);
        if (_grants.Find(id) is { } grant) _grants.Remove(grant);
        if (_peers.Find(key) is not null) _configurator.RemovePeer(key);
    }

    private Peer? Take(PeerLookup lookup, AnswerKind kind, GrantAnswer? answer, ControlOutput output, Instant now)
    {
        bool isOver = lookup.IsOver;
        Lookups.End(lookup);
        if (kind == AnswerKind.Missing) _health.MissAnswer();
        else _health.ProveLife(now);
        if (lookup.IsVoid || _revoked.TryGet(lookup.Id, out _))
        {
            Inbox.Drop(answer);
            return null;
        }
        switch (kind)
        {
            case AnswerKind.Granted:
                return TakeGrant(lookup, answer!, output, now);
            case AnswerKind.Refused:
                // Nothing that was granted since is undone by an answer that is older.
                if (!isOver || _grants.Find(lookup.Id) is null) TakeRefusal(lookup, output.Worker, now);
                return null;
            default:
                if (!isOver && _parking.Find(lookup.Id) is { } parked) DropParked(parked, DropReason.AuthorizerAway, output.Worker);
                return null;
        }
    }

    private void TakeRefusal(PeerLookup lookup, Worker worker, Instant now)
    {
        if (!lookup.IsOutdated)
        {
            _refused.Add(lookup.Id, now);
            Withdraw(lookup.Key, lookup.Id, worker);
        }
        else if (_parking.Find(lookup.Id) is { } parked)
        {
            Ask(parked.Key, parked.Id, parked.Identity, now); // the key was added after the question
        }
    }

    private Peer? TakeGrant(PeerLookup lookup, GrantAnswer answer, ControlOutput output, Instant now)
    {
        CachedGrant grant = _grants.Put(lookup.Key, lookup.Id, answer, now);
        bool isFree = _peers.HasFreeAddresses(grant);
        if (_peers.Find(lookup.Key) is { } peer)
        {
            if (isFree) _peers.Update(peer, grant);
            return null;
        }
        ParkedInitiation? parked = _parking.Find(lookup.Id);
        if (!isFree)
        {
            // Not asked about again at once: the next answer would be the same.
            _grants.Remove(grant);
            _refused.Add(lookup.Id, now);
            if (parked is not null) DropParked(parked, DropReason.GrantOverlaps, output.Worker);
            return null;
        }
        if (parked is null) return null; // too late, or the key is a configured peer's by now: it counts at the next try
        if (parked.Identity.IsRetired || _engine.Peers.TryFind(parked.Key, out _))
        {
            DropParked(parked, DropReason.ParkedAbandoned, output.Worker);
            return null;
        }
        Peer admitted = _peers.Admit(grant, parked.AsNewcomer(), output, now);
        _parking.Remove(parked);
        return admitted;
    }

    private void DropParked(ParkedInitiation parked, DropReason reason, Worker worker)
    {
        _parking.Remove(parked);
        worker.Drop(reason);
    }
}
