using System.Collections.Concurrent;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>What an answer says.</summary>
internal enum AnswerKind
{
    Granted,
    Refused,

    /// <summary>There is none: the authorizer failed.</summary>
    Missing,
}

/// <summary>What the application tells.</summary>
internal enum AdmissionNote
{
    KeyRevoked,
    KeyAdded,
    AuthorizerAlive,
}

/// <summary>What comes to the control worker from outside: answers, and what the application tells. Any thread puts in; lock-free.</summary>
internal sealed class AdmissionInbox(Action wakeControl, SecretSlab secrets) : IDisposable
{
    private readonly ConcurrentQueue<(PeerLookup Lookup, AnswerKind Kind, GrantAnswer? Grant)> _answers = new();
    private readonly ConcurrentQueue<(AdmissionNote Note, PublicKey Key)> _notes = new();

    internal bool IsEmpty => _answers.IsEmpty && _notes.IsEmpty;

    /// <summary>Answers a question by a grant, which it takes over, or by null for a refusal. A second answer is ignored.</summary>
    internal void Answer(PeerLookup lookup, PeerGrant? grant)
    {
        if (grant is null) Put(lookup, AnswerKind.Refused, grant: null);
        else Put(lookup, AnswerKind.Granted, GrantAnswer.Take(grant, secrets));
    }

    /// <summary>There will be no answer to a question.</summary>
    internal void Fail(PeerLookup lookup) => Put(lookup, AnswerKind.Missing, grant: null);

    internal void Tell(AdmissionNote note, PublicKey key = default)
    {
        _notes.Enqueue((note, key));
        wakeControl();
    }

    internal bool TryTakeAnswer(out PeerLookup lookup, out AnswerKind kind, out GrantAnswer? grant)
    {
        bool any = _answers.TryDequeue(out (PeerLookup Lookup, AnswerKind Kind, GrantAnswer? Grant) answer);
        (lookup, kind, grant) = answer;
        return any;
    }

    internal bool TryTakeNote(out AdmissionNote note, out PublicKey key)
    {
        bool any = _notes.TryDequeue(out (AdmissionNote Note, PublicKey Key) told);
        (note, key) = told;
        return any;
    }

    /// <summary>Erases the keys of answers that nobody will read.</summary>
    public void Dispose()
    {
        while (TryTakeAnswer(out _, out _, out GrantAnswer? grant)) Drop(grant);
    }

    /// <summary>Erases the key of a grant that nobody keeps.</summary>
    internal void Drop(GrantAnswer? grant)
    {
        if (grant is { PresharedKey.IsEmpty: false }) secrets.Return(grant.PresharedKey);
    }

    private void Put(PeerLookup lookup, AnswerKind kind, GrantAnswer? grant)
    {
        if (!lookup.TryAnswer())
        {
            Drop(grant);
            return;
        }
        _answers.Enqueue((lookup, kind, grant));
        wakeControl();
    }
}
