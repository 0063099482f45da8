namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>Whether the authorizer answers, and for how long its former answers count when it does not.</summary>
/// <remarks>A node that starts without it has no grants, and so serves nobody: the first question that finds no answer says so.</remarks>
internal sealed class AuthorizerHealth(EngineEvents events)
{
    private Instant _lastProof;

    /// <summary>Whether it answered last; null before the first question.</summary>
    internal bool? Answers { get; private set; }

    /// <summary>When grants end for want of a proof of life; not set before the first one.</summary>
    internal Instant GrantsEnd => _lastProof.IsSet ? _lastProof + GrantCache.Lifetime : Instant.Never;

    /// <summary>Whether grants that were given before still count.</summary>
    internal bool GrantsCount(Instant now) => now < GrantsEnd;

    internal void ProveLife(Instant now)
    {
        _lastProof = now;
        Set(true);
    }

    internal void MissAnswer() => Set(false);

    private void Set(bool answers)
    {
        if (Answers == answers) return;
        Answers = answers;
        events.AuthorizerChanged(answers);
    }
}
