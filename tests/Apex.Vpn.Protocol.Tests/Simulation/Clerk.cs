using System.Net;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Engine.Admission;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>How a <see cref="Clerk"/> treats questions.</summary>
internal enum ClerkAnswers
{
    ByTheBook,
    Fails,
    Never,
}

/// <summary>An authorizer with a book of grants that answers on virtual time, or not at all.</summary>
internal sealed class Clerk : IPeerAuthorizer
{
    private readonly Dictionary<PublicKey, Func<PeerGrant>> _book = [];

    internal ClerkAnswers Answers { get; set; }

    /// <summary>How long an answer takes; null: it is there at once.</summary>
    internal Func<TimeSpan>? Latency { get; init; }

    internal List<PeerRequest> Asked { get; } = [];

    /// <summary>Questions without an answer, to be answered by the test.</summary>
    internal Queue<PeerLookup> Held { get; } = new();

    internal int CountAsked(PublicKey key) => Asked.Count(request => request.PublicKey == key);

    internal void Grant(PublicKey key, string allowedIps, int grantClass = 0, TimeSpan? ttl = null, byte[]? presharedKey = null) =>
        _book[key] = () => new PeerGrant
        {
            AllowedIPs = [.. allowedIps.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static text => IPNetwork.Parse(text))],
            Class = grantClass,
            TimeToLive = ttl ?? PeerGrant.MaxTimeToLive,
            PresharedKey = presharedKey is null ? null : new PresharedKey(presharedKey),
        };

    internal void Strike(PublicKey key) => _book.Remove(key);

    /// <summary>What the book says.</summary>
    internal PeerGrant? Decide(PublicKey key) => _book.TryGetValue(key, out Func<PeerGrant>? grant) ? grant() : null;

    public ValueTask<PeerGrant?> AuthorizeAsync(PeerRequest request, CancellationToken cancellationToken) => new(Decide(request.PublicKey));

    /// <summary>Takes what a node's engine asks; whether something was answered at once.</summary>
    internal bool Serve(World world, Node node)
    {
        PeerAdmission admission = node.Engine.Admission!;
        bool answered = false;
        while (admission.Lookups.Waiting.TryDequeue(out PeerLookup? lookup))
        {
            Asked.Add(lookup.Request);
            if (Answers == ClerkAnswers.Never)
            {
                Held.Enqueue(lookup);
            }
            else if (Latency is null)
            {
                Answer(admission, lookup);
                answered = true;
            }
            else
            {
                world.Later(Latency(), () => Answer(admission, lookup));
            }
        }
        return answered;
    }

    /// <summary>Answers the question held longest by the book, or fails it.</summary>
    internal void Release(Node node)
    {
        Answer(node.Engine.Admission!, Held.Dequeue());
        node.RunControl();
    }

    internal void Answer(PeerAdmission admission, PeerLookup lookup)
    {
        if (Answers == ClerkAnswers.Fails) admission.Inbox.Fail(lookup);
        else admission.Inbox.Answer(lookup, Decide(lookup.Key));
    }
}
