using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Peers;

/// <summary>
/// A peer's deadlines (WG 6). Traffic only writes fields here, from any data worker; the control worker reads them, acts on those that
/// passed and is woken early only when a deadline comes before the one it waits for.
/// </summary>
internal sealed class PeerTimers
{
    // Nanoseconds of an Instant; 0 is "not set". Writers are named in brackets.
    private long _retransmitAt;          // control
    private long _eraseKeysAt;           // control
    private long _passiveKeepaliveAt;    // receiving workers set, sending workers clear
    private long _newHandshakeAt;        // sending workers set, receiving workers clear
    private long _persistentKeepaliveAt; // all
    private int _anotherKeepalive;       // receiving workers set, control clears
    private long _scheduledAt = long.MaxValue; // control: what the wheel waits for

    /// <summary>When the wheel will look at this peer.</summary>
    internal Instant ScheduledAt => new(Volatile.Read(ref _scheduledAt));

    internal Instant Retransmit
    {
        get => new(Volatile.Read(ref _retransmitAt));
        set => Volatile.Write(ref _retransmitAt, value.Nanoseconds);
    }

    internal Instant EraseKeys
    {
        get => new(Volatile.Read(ref _eraseKeysAt));
        set => Volatile.Write(ref _eraseKeysAt, value.Nanoseconds);
    }

    internal Instant PassiveKeepalive => new(Volatile.Read(ref _passiveKeepaliveAt));

    internal Instant NewHandshake => new(Volatile.Read(ref _newHandshakeAt));

    internal Instant PersistentKeepalive => new(Volatile.Read(ref _persistentKeepaliveAt));

    /// <summary>Data went out: unless something authentic comes back in time, the session is dead. True when this set a deadline.</summary>
    internal bool DataSent(Instant now, TimeSpan jitter) =>
        Volatile.Read(ref _newHandshakeAt) == 0
        && Interlocked.CompareExchange(ref _newHandshakeAt, (now + Limits.KeepaliveTimeout + Limits.RekeyTimeout + jitter).Nanoseconds, 0) == 0;

    /// <summary>Data came in: unless something goes out in time, a keepalive answers it. True when this set a deadline.</summary>
    internal bool DataReceived(Instant now)
    {
        if (Volatile.Read(ref _passiveKeepaliveAt) == 0
            && Interlocked.CompareExchange(ref _passiveKeepaliveAt, (now + Limits.KeepaliveTimeout).Nanoseconds, 0) == 0)
        {
            return true;
        }
        if (Volatile.Read(ref _anotherKeepalive) == 0) Volatile.Write(ref _anotherKeepalive, 1);
        return false;
    }

    /// <summary>Anything authentic went out. True when this set a deadline that may be the earliest.</summary>
    internal bool AuthenticatedSent(Instant now, ushort keepaliveSeconds)
    {
        if (Volatile.Read(ref _passiveKeepaliveAt) != 0) Volatile.Write(ref _passiveKeepaliveAt, 0);
        return Traversed(now, keepaliveSeconds);
    }

    /// <summary>Anything authentic came in. True when this set a deadline that may be the earliest.</summary>
    internal bool AuthenticatedReceived(Instant now, ushort keepaliveSeconds)
    {
        if (Volatile.Read(ref _newHandshakeAt) != 0) Volatile.Write(ref _newHandshakeAt, 0);
        return Traversed(now, keepaliveSeconds);
    }

    /// <summary>Takes back what sets off handshakes and keepalives by itself.</summary>
    internal void ClearPassiveKeepalive() => Volatile.Write(ref _passiveKeepaliveAt, 0);

    internal void ClearNewHandshake() => Volatile.Write(ref _newHandshakeAt, 0);

    internal void SetPersistentKeepalive(Instant at) => Volatile.Write(ref _persistentKeepaliveAt, at.Nanoseconds);

    /// <summary>After a passive keepalive went out: arms the next one if data came in since the first was armed.</summary>
    internal void RearmPassiveKeepalive(Instant now)
    {
        if (Interlocked.Exchange(ref _anotherKeepalive, 0) != 0) Volatile.Write(ref _passiveKeepaliveAt, (now + Limits.KeepaliveTimeout).Nanoseconds);
    }

    internal void ClearAll()
    {
        Retransmit = EraseKeys = Instant.Never;
        ClearPassiveKeepalive();
        ClearNewHandshake();
        SetPersistentKeepalive(Instant.Never);
        Volatile.Write(ref _anotherKeepalive, 0);
    }

    /// <summary>The earliest deadline and what it is for.</summary>
    internal Deadline Earliest()
    {
        Deadline earliest = Deadline.None;
        earliest = earliest.OrEarlier(Retransmit, DeadlineReason.RetransmitInitiation);
        earliest = earliest.OrEarlier(PassiveKeepalive, DeadlineReason.Keepalive);
        earliest = earliest.OrEarlier(NewHandshake, DeadlineReason.NewHandshake);
        earliest = earliest.OrEarlier(PersistentKeepalive, DeadlineReason.PersistentKeepalive);
        return earliest.OrEarlier(EraseKeys, DeadlineReason.EraseKeys);
    }

    /// <summary>
    /// Notes when the wheel will look, and returns the earliest deadline. A worker that sets a deadline first writes it and then reads this
    /// note; the control worker first writes the note and then reads the deadlines: one of them sees the other.
    /// </summary>
    internal Deadline Schedule()
    {
        Deadline deadline;
        do
        {
            deadline = Earliest();
            InjectedYields.Here();
            Interlocked.Exchange(ref _scheduledAt, deadline.At.Nanoseconds);
            InjectedYields.Here();
        }
        while (Earliest().At < deadline.At);
        return deadline;
    }

    /// <summary>Whether a deadline just set comes before the one that the wheel waits for. Called by the worker that set it.</summary>
    internal bool MustWakeControl()
    {
        InjectedYields.Here();
        Interlocked.MemoryBarrier();
        return Earliest().At < ScheduledAt;
    }

    private bool Traversed(Instant now, ushort keepaliveSeconds)
    {
        if (keepaliveSeconds == 0) return false;
        bool first = Volatile.Read(ref _persistentKeepaliveAt) == 0;
        Volatile.Write(ref _persistentKeepaliveAt, (now + TimeSpan.FromSeconds(keepaliveSeconds)).Nanoseconds);
        return first;
    }
}
