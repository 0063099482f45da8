using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol;

/// <summary>
/// The thread that does handshakes and deadlines. Everything of the engine that belongs to the control worker is touched under one lock, so
/// that configuration calls, from any thread, take turns with it.
/// </summary>
internal sealed class ControlWorker : IDisposable
{
    private readonly WireGuardEngine _engine;
    private readonly IUdpTransport _transport;
    private readonly DeviceClock _clock;
    private readonly WakeSignal _wake;
    private readonly AuthorizerCalls? _authorizer;
    private readonly PacketBatch _batch = WireGuardEngine.CreateControlBatch();
    private readonly WorkerThread _thread;
    private volatile bool _forgetSources;
    private volatile bool _waits;

    internal ControlWorker(
        string name, WireGuardEngine engine, IUdpTransport transport, DeviceClock clock, WakeSignal wake,
        AuthorizerCalls? authorizer, Action<Exception> failed)
    {
        (_engine, _transport, _clock, _wake, _authorizer) = (engine, transport, clock, wake, authorizer);
        _thread = new WorkerThread(name + " control", Iterate, failed);
    }

    /// <summary>Held by whoever acts as the control worker.</summary>
    internal Lock Lock { get; } = new();

    /// <summary>
    /// Lets the control worker have its turn if it waits for one. For who takes the lock many times in a row: it would be faster each time
    /// than a thread that must wake up first, and handshakes would wait for all of it.
    /// </summary>
    internal void GiveTurn()
    {
        var spin = new SpinWait();
        while (_waits) spin.SpinOnce();
    }

    /// <summary>Lets the kernel choose all local addresses anew, soon. Takes no lock.</summary>
    internal void ForgetSources()
    {
        _forgetSources = true;
        _wake.Set();
    }

    public void Dispose()
    {
        _thread.RequestEnd();
        _wake.Set();
        _thread.Join();
    }

    private void Iterate()
    {
        bool more;
        Deadline next;
        Instant now;
        _waits = true;
        lock (Lock)
        {
            _waits = false;
            now = _clock.Now;
            _engine.AnchorWallClock(_clock.UnixNanoseconds, now);
            if (_forgetSources)
            {
                _forgetSources = false;
                _engine.ForgetSources();
            }
            more = _engine.Step(now, _batch);
            if (_batch.Count != 0) _engine.AfterSend(_batch, _transport.Send(_batch));
            now = _clock.Now;
            _engine.EndStep(now);
            next = _engine.NextDeadline(now);
        }
        _authorizer?.Start();
        if (!more) _wake.Wait(next.Reason == DeadlineReason.None ? TimeSpan.MaxValue : next.At - now);
    }
}
