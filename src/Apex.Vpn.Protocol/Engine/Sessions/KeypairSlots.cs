namespace Apex.Vpn.Protocol.Engine.Sessions;

/// <summary>
/// A peer's sessions (WG 6.3 and the reference engines): the one to send on, the one before it, and one that the other side has not yet
/// confirmed. Data workers read without a lock; changes, which are rare, take one. Keypairs that fall out are handed to the caller. A mutable
/// value, to be used where it lies.
/// </summary>
internal struct KeypairSlots()
{
    private readonly Lock _lock = new();
    private volatile Keypair? _current;
    private volatile Keypair? _previous;
    private volatile Keypair? _next;

    internal readonly Keypair? Current => _current;

    internal readonly Keypair? Previous => _previous;

    internal readonly Keypair? Next => _next;

    internal readonly bool HasAny => _current is not null || _previous is not null || _next is not null;

    /// <summary>A session that we began: good for sending at once. An unconfirmed one becomes the previous.</summary>
    internal (Keypair?, Keypair?) InstallAsInitiator(Keypair keypair)
    {
        lock (_lock)
        {
            Keypair? fallen = _previous;
            Keypair? alsoFallen = null;
            InjectedYields.Here();
            if (_next is { } next)
            {
                alsoFallen = _current;
                _previous = next;
                _next = null;
            }
            else
            {
                _previous = _current;
            }
            InjectedYields.Here();
            _current = keypair;
            return (fallen, alsoFallen);
        }
    }

    /// <summary>A session that the other side began: not for sending until data under it proves that they have the keys.</summary>
    internal (Keypair?, Keypair?) InstallAsResponder(Keypair keypair)
    {
        lock (_lock)
        {
            var fallen = (_next, _previous);
            _next = keypair;
            InjectedYields.Here();
            _previous = null;
            return fallen;
        }
    }

    /// <summary>Authenticated data came under a keypair: if it is the unconfirmed one, it is now current.</summary>
    internal bool TryConfirm(Keypair keypair, out Keypair? fallen)
    {
        fallen = null;
        if (_next != keypair) return false;
        InjectedYields.Here();
        lock (_lock)
        {
            if (_next != keypair) return false; // another worker was faster
            fallen = _previous;
            _previous = _current;
            _current = keypair;
            InjectedYields.Here();
            _next = null;
            return true;
        }
    }

    /// <summary>Takes everything out.</summary>
    internal (Keypair?, Keypair?, Keypair?) Clear()
    {
        lock (_lock)
        {
            var fallen = (_current, _previous, _next);
            _current = _previous = _next = null;
            return fallen;
        }
    }
}
