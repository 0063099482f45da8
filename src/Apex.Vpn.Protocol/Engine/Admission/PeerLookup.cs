using Apex.Vpn.Protocol.Admission;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>A question about one key: the engine asks it, the shell has it answered, on any thread, once.</summary>
internal sealed class PeerLookup(PublicKey key, KeyId id, PublicKey identity) : Aged<PeerLookup>
{
    private int _answered;
    private volatile bool _isOver;

    internal PublicKey Key { get; } = key;

    internal KeyId Id { get; } = id;

    internal PeerRequest Request => new(Key, identity);

    /// <summary>Whether nobody waits for the answer any more. An answer is still listened to, unless the key was revoked meanwhile.</summary>
    internal bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }

    /// <summary>The key was revoked after the question: whatever the answer is, it is older. Control worker.</summary>
    internal bool IsVoid { get; set; }

    /// <summary>The key was added after the question: a refusal may be older. Control worker.</summary>
    internal bool IsOutdated { get; set; }

    /// <summary>True for the first answer only.</summary>
    internal bool TryAnswer() => Interlocked.Exchange(ref _answered, 1) == 0;
}
