using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol;

/// <summary>
/// The threads that carry packets: one from the TUN to the network, one back. Each runs its batch to completion; there is no queue between
/// them. They live as long as the device; while it is down, the transport is closed and there is nothing to carry.
/// </summary>
internal sealed class DataWorkers : IDisposable
{
    private const int BatchSlots = 64;

    // Packets from the TUN are packed densely; one longest packet always fits.
    private const int OutboundSlab = 256 * 1024;

    private readonly WireGuardEngine _engine;
    private readonly ITunDevice _tun;
    private readonly IUdpTransport _transport;
    private readonly DeviceClock _clock;
    private readonly Worker _outbound;
    private readonly Worker _inbound;
    private readonly PacketBatch _outboundBatch = new(BatchSlots, OutboundSlab);
    private readonly PacketBatch _inboundBatch = new(BatchSlots, BatchSlots * PacketBatch.FullStride);
    private readonly WorkerThread _sender;
    private readonly WorkerThread _receiver;
    private long _truncated;

    /// <summary>Starts both threads.</summary>
    internal DataWorkers(
        string name, WireGuardEngine engine, ITunDevice tun, IUdpTransport transport, DeviceClock clock, Action<Exception> failed)
    {
        (_engine, _tun, _transport, _clock) = (engine, tun, transport, clock);
        _outbound = engine.CreateWorker(BatchSlots);
        _inbound = engine.CreateWorker(BatchSlots);
        _truncated = transport.TruncatedDatagrams;
        _sender = new WorkerThread(name + " send", CarryOut, failed);
        _receiver = new WorkerThread(name + " receive", CarryIn, failed);
    }

    /// <summary>Ends both threads and waits for them.</summary>
    public void Dispose()
    {
        _sender.RequestEnd();
        _receiver.RequestEnd();
        _tun.Wake();
        _transport.Wake();
        _sender.Join();
        _receiver.Join();
        _outbound.Dispose();
        _inbound.Dispose();
    }

    private void CarryOut()
    {
        if (_tun.Read(_outboundBatch) == 0) return;
        _engine.Context.Mtu = _tun.Mtu;
        _engine.Outbound.Process(_outboundBatch, _outbound, _clock.Now);
        if (_outbound.Replies.Count != 0)
        {
            _tun.Write(_outbound.Replies);
            _outbound.Replies.Clear();
        }
        OutboundPath.AfterSend(_outboundBatch, _outbound, _transport.Send(_outboundBatch));
    }

    private void CarryIn()
    {
        int received = _transport.Receive(_inboundBatch);
        CountTruncated();
        if (received == 0) return;
        _engine.Inbound.Process(_inboundBatch, _inbound, _clock.Now);
        int wanted = 0;
        foreach (ref PacketSlot slot in _inboundBatch.Slots)
        {
            if (slot.Length != 0) wanted++;
        }
        if (wanted != 0) _inbound.Drop(DropReason.TunRefused, wanted - _tun.Write(_inboundBatch));
    }

    private void CountTruncated()
    {
        long truncated = _transport.TruncatedDatagrams;
        if (truncated == _truncated) return;
        _inbound.Drop(DropReason.Truncated, (int)(truncated - _truncated));
        _truncated = truncated;
    }
}
