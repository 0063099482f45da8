using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>
/// The threads that carry packets: one for each direction, or one for both. Each runs its batch to completion; there is no queue between
/// them. They live as long as the device; while it is down, the transport is closed and there is nothing to carry.
/// </summary>
internal sealed class DataWorkers : IDisposable
{
    private const int FewProcessors = 2;

    private readonly ITunDevice _tun;
    private readonly IUdpTransport _transport;
    private readonly OutboundLane _outbound;
    private readonly InboundLane _inbound;
    private readonly WorkerThread[] _threads;

    /// <summary>Starts the threads.</summary>
    internal DataWorkers(
        string name, WireGuardEngine engine, ITunDevice tun, IUdpTransport transport, DeviceClock clock, DataThreads threads,
        Action<Exception> failed)
    {
        (_tun, _transport) = (tun, transport);
        _outbound = new OutboundLane(engine, tun, transport, clock);
        _inbound = new InboundLane(engine, tun, transport, clock);
        bool one = threads == DataThreads.One || (threads == DataThreads.Automatic && Environment.ProcessorCount <= FewProcessors);
        _threads = one && tun is IPolledSource inner && transport is IPolledSource outer
            ? [new WorkerThread(name + " data", Both(inner, outer), failed)]
            : [new WorkerThread(name + " send", Send, failed), new WorkerThread(name + " receive", Receive, failed)];
    }

    /// <summary>Ends the threads and waits for them.</summary>
    public void Dispose()
    {
        foreach (WorkerThread thread in _threads) thread.RequestEnd();
        _tun.Wake();
        _transport.Wake();
        foreach (WorkerThread thread in _threads) thread.Join();
        _outbound.Dispose();
        _inbound.Dispose();
    }

    private void Send()
    {
        if (_tun.Read(_outbound.Batch) != 0) _outbound.Carry();
    }

    private void Receive()
    {
        _transport.Receive(_inbound.Batch);
        _inbound.Carry();
    }

    private Action Both(IPolledSource inner, IPolledSource outer)
    {
        var poller = new Poller(inner, outer);
        return () =>
        {
            poller.LookIfDue();
            bool sends = inner.TryTake(_outbound.Batch, out bool innerWoken);
            if (sends) _outbound.Carry();
            bool receives = outer.TryTake(_inbound.Batch, out bool outerWoken);
            if (receives) _inbound.Carry();
            if (!sends && !receives && !innerWoken && !outerWoken) poller.Wait();
        };
    }
}
