namespace Apex.Vpn.Protocol;

/// <summary>Wakes one sleeping thread; setting it again before it woke costs one atomic exchange.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly AutoResetEvent _event = new(initialState: false);
    private int _set;

    internal void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0) _event.Set();
    }

    /// <summary>Sleeps until set or until the time is over.</summary>
    internal void Wait(TimeSpan atMost)
    {
        // In whole milliseconds, rounded up: the event rounds down, and the last part of a millisecond would be spent awake.
        if (atMost > TimeSpan.Zero) _event.WaitOne((int)Math.Ceiling((atMost < MaxWait ? atMost : MaxWait).TotalMilliseconds));
        // Before looking at what there is to do: what is set from here on is seen in the next round.
        Interlocked.Exchange(ref _set, 0);
    }

    public void Dispose() => _event.Dispose();

    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(1);
}
