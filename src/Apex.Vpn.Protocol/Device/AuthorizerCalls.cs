using System.Collections.Concurrent;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Engine.Admission;

namespace Apex.Vpn.Protocol;

/// <summary>
/// Takes the engine's questions to the authorizer, a bounded number at a time, on the thread pool. Nothing here is kept for a key once its
/// question was answered.
/// </summary>
/// <remarks>
/// A call that does not end keeps its place until it does: an authorizer that hangs is not called more often for it. The engine waits for no
/// call.
/// </remarks>
internal sealed class AuthorizerCalls : IDisposable
{
    private readonly IPeerAuthorizer _authorizer;
    private readonly AdmissionInbox _inbox;
    private readonly ConcurrentQueue<PeerLookup> _waiting;
    private readonly int _most;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private int _callers;
    private bool _ended;

    internal AuthorizerCalls(PeerAdmission admission, AdmissionOptions options, TimeProvider time)
    {
        (_authorizer, _most, _time) = (options.Authorizer, options.MaxConcurrentLookups, time);
        (_inbox, _waiting) = (admission.Inbox, admission.Lookups.Waiting);
    }

    /// <summary>Sees to it that questions that wait are asked. Any thread; does not block.</summary>
    internal void Start()
    {
        for (int wanted = _waiting.Count; wanted > 0; wanted--)
        {
            if (Interlocked.Increment(ref _callers) > _most)
            {
                Interlocked.Decrement(ref _callers); // whoever is at it goes on until nothing waits
                return;
            }
            // Never on this thread: an authorizer may do much before it first waits.
            ThreadPool.UnsafeQueueUserWorkItem(static calls => _ = calls.CallAsync(), this, preferLocal: false);
        }
    }

    /// <summary>Ends waiting: answers that still come are forgotten.</summary>
    public void Dispose()
    {
        lock (_lock) _ended = true;
        _ = _ending.CancelAsync(); // what the application hangs on it runs elsewhere
        _waiting.Clear();
    }

    private async Task CallAsync()
    {
        while (_waiting.TryDequeue(out PeerLookup? lookup))
        {
            if (!lookup.IsOver) await AskAsync(lookup).ConfigureAwait(false);
        }
        Interlocked.Decrement(ref _callers);
        Start(); // one may have come just before
    }

    private async Task AskAsync(PeerLookup lookup)
    {
        using var patience = new CancellationTokenSource(LookupTable.Patience, _time);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _ending.Token);
        try
        {
            PeerGrant? grant = await _authorizer.AuthorizeAsync(lookup.Request, cancellation.Token).ConfigureAwait(false);
            lock (_lock)
            {
                if (_ended) grant?.PresharedKey?.Dispose();
                else _inbox.Answer(lookup, grant);
            }
        }
        catch (Exception)
        {
            // Whatever it was, it is the authorizer's, and it is away for us. It logs its errors itself: they may name people.
            lock (_lock)
            {
                if (!_ended) _inbox.Fail(lookup);
            }
        }
    }
}
