using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol;

/// <summary>From the TUN to the network, a batch to completion. One thread at a time.</summary>
internal sealed class OutboundLane(WireGuardEngine engine, ITunDevice tun, IUdpTransport transport, DeviceClock clock) : IDisposable
{
    // Packets are packed densely: three reads of the greatest length fit, cut into segments.
    private const int Slots = 256;
    private const int SlabBytes = 256 * 1024;

    private const int ReadsOfAFlood = 16;

    private readonly Worker _worker = engine.CreateWorker(Slots);

    /// <summary>What is filled from the TUN before <see cref="Carry"/>.</summary>
    internal PacketBatch Batch { get; } = new(Slots, places: 1, SlabBytes);

    /// <summary>Seals and sends what is in the batch.</summary>
    internal void Carry()
    {
        engine.Context.Mtu = tun.Mtu;
        engine.Outbound.Process(Batch, _worker, clock.Now);
        if (_worker.Replies.Count != 0)
        {
            tun.Write(_worker.Replies);
            _worker.Replies.Clear();
        }
        OutboundPath.AfterSend(Batch, _worker, transport.Send(Batch));
        // Datagrams that come one by one and by the hundred are a flood that nothing paces, as TCP is paced by its acknowledgements. While
        // processors are short, who takes them off the network must not have to wait for our time slice to end: its socket's buffer would
        // have run over. Costs a system call that returns at once where a processor is free.
        if (Batch.Reads > ReadsOfAFlood) Thread.Yield();
    }

    public void Dispose() => _worker.Dispose();
}

/// <summary>From the network to the TUN, a batch to completion. One thread at a time.</summary>
internal sealed class InboundLane(WireGuardEngine engine, ITunDevice tun, IUdpTransport transport, DeviceClock clock) : IDisposable
{
    // The kernel fills places of the greatest length with up to 64 datagrams each.
    private const int Slots = 512;
    private const int Places = 64;

    private readonly Worker _worker = engine.CreateWorker(Slots);
    private long _truncated = transport.TruncatedDatagrams;

    /// <summary>What is filled from the network before <see cref="Carry"/>.</summary>
    internal PacketBatch Batch { get; } = new(Slots, Places, Places * PacketBatch.FullStride);

    /// <summary>Opens what is in the batch and hands it to the host.</summary>
    internal void Carry()
    {
        CountTruncated();
        if (Batch.Count == 0) return;
        engine.Inbound.Process(Batch, _worker, clock.Now);
        int wanted = 0;
        foreach (ref PacketSlot slot in Batch.Slots)
        {
            if (slot.Length != 0) wanted++;
        }
        if (wanted != 0) _worker.Drop(DropReason.TunRefused, wanted - tun.Write(Batch));
    }

    public void Dispose() => _worker.Dispose();

    private void CountTruncated()
    {
        long truncated = transport.TruncatedDatagrams;
        if (truncated == _truncated) return;
        _worker.Drop(DropReason.Truncated, (int)(truncated - _truncated));
        _truncated = truncated;
    }
}
