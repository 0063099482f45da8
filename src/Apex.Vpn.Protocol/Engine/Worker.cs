using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>One worker's own things: counters, scratch for a run of packets, its place in the quiescence protocol. Not shared.</summary>
internal sealed class Worker : IDisposable
{
    private const int MaxReplies = 16;
    private const int ReplyStride = 2048;

    private readonly EngineContext _engine;

    internal Worker(EngineContext engine, int batchCapacity)
    {
        _engine = engine;
        Ticket = engine.Quiescence.Register();
        Counters = engine.Counters.AddWorker();
        Owners = new Peer?[batchCapacity];
        Segments = new AeadSegment[batchCapacity];
        RunSlots = new int[batchCapacity];
        IsNew = new bool[batchCapacity];
    }

    internal WorkerTicket Ticket { get; }

    internal WorkerCounters Counters { get; }

    internal ErrorBudget Errors { get; } = new();

    /// <summary>Packets back into the TUN: ICMP errors. The shell writes and clears it after each batch.</summary>
    internal PacketBatch Replies { get; } = new(MaxReplies, MaxReplies * ReplyStride);

    /// <summary>Whose packet each slot of the batch at hand is, for what is only known after sending.</summary>
    internal Peer?[] Owners { get; }

    // The run at hand: consecutive packets under one keypair.
    internal AeadSegment[] Segments { get; }

    internal int[] RunSlots { get; }

    internal bool[] IsNew { get; }

    internal int RunLength { get; set; }

    /// <summary>Counts dropped packets and tells who listens.</summary>
    internal void Drop(DropReason reason, int packets = 1)
    {
        if (packets == 0) return;
        Counters.Drop(reason, packets);
        _engine.Events.PacketsDropped(reason, packets);
    }

    public void Dispose()
    {
        Ticket.Offline();
        Ticket.Dispose();
        _engine.Counters.RemoveWorker(Counters);
    }
}
