using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>An engine, its address, and batches to feed it with.</summary>
internal sealed class RigNode : IDisposable
{
    internal const int BatchSlots = 64;
    internal const int MaxDatagram = 2048;

    private const int Stride = MaxDatagram + 256;

    private readonly RigNetwork _network;
    private readonly IPeerAuthorizer? _authorizer;
    private readonly Worker _outboundWorker;
    private readonly Worker _inboundWorker;
    private readonly PacketBatch _outbound = new(BatchSlots, BatchSlots * Stride);
    private readonly PacketBatch _inbound = new(BatchSlots, BatchSlots * Stride);
    private readonly PacketBatch _control = WireGuardEngine.CreateControlBatch();

    internal RigNode(RigNetwork network, UdpEndpoint address, RigOptions? options = null)
    {
        options ??= new RigOptions();
        (_network, Address, _authorizer) = (network, address, options.Authorizer);
        Engine = new WireGuardEngine(new EngineOptions
        {
            Aead = AeadProviders.Select(network.Aead),
            Random = network.Random,
            Filter = options.Filter,
            NoticeClient = options.NoticeClient,
            NoticeNode = options.NoticeNode,
            NoticeReceived = notice => Heard?.Invoke(notice),
            Admission = options.Authorizer is null ? null : new AdmissionOptions { Authorizer = options.Authorizer, MaxReplayMarks = 64 },
            HandshakeQueueCapacity = options.HandshakeQueueCapacity,
            StagingBytes = options.StagingBytes,
        });
        Engine.AnchorWallClock(RigNetwork.UnixNanoseconds, network.Now);
        Engine.Context.Mtu = 1420;
        _outboundWorker = Engine.CreateWorker(BatchSlots);
        _inboundWorker = Engine.CreateWorker(BatchSlots);
        Span<byte> seed = stackalloc byte[SecretKey.Size];
        network.Random.Fill(seed);
        PrivateKey = new PrivateKey(seed);
        PublicKey = PrivateKey.DerivePublicKey();
        Engine.SetPrivateKey(PrivateKey);
        Engine.Up();
    }

    internal WireGuardEngine Engine { get; }

    internal PrivateKey PrivateKey { get; }

    internal PublicKey PublicKey { get; }

    internal UdpEndpoint Address { get; }

    /// <summary>Sees what comes out of the tunnel.</summary>
    internal Action<ReadOnlySpan<byte>>? Delivered { get; set; }

    /// <summary>Sees the notices that the engine believes.</summary>
    internal Action<Notice>? Heard { get; set; }

    /// <summary>Sees what the engine answers to the host: ICMP errors.</summary>
    internal Action<ReadOnlySpan<byte>>? Replied { get; set; }

    /// <summary>Of what the engine sends next, the network refuses one datagram.</summary>
    internal bool RefusesOne { get; set; }

    /// <summary>Whether the next batch to receive has room.</summary>
    internal bool HasRoom => _inbound.Count < BatchSlots;

    internal Peer? Find(PublicKey key) => Engine.Context.Peers.TryFind(key, out Peer? peer) ? peer : null;

    internal long Dropped(DropReason reason) => Engine.Context.Counters.Dropped(reason);

    /// <summary>Puts a datagram into the next batch to receive.</summary>
    internal void Offer(ReadOnlySpan<byte> datagram, UdpEndpoint from, byte trafficClass = 0)
    {
        ref PacketSlot slot = ref _inbound.Add(datagram);
        slot.TrafficClass = trafficClass;
        slot.Path = new UdpPath(from, LocalAddress: 1, LocalInterface: 1);
    }

    /// <summary>Receives the batch, without the control worker's turn.</summary>
    internal void Receive()
    {
        Engine.Inbound.Process(_inbound, _inboundWorker, _network.Now);
        foreach (ref PacketSlot slot in _inbound.Slots)
        {
            if (slot.Length != 0) Delivered?.Invoke(_inbound.Bytes(in slot));
        }
        _inbound.Clear();
    }

    /// <summary>Puts a packet of the host's into the next batch to send.</summary>
    internal void Host(ReadOnlySpan<byte> packet) => _outbound.Add(packet);

    /// <summary>Sends the batch, without the control worker's turn.</summary>
    internal void Send()
    {
        if (_outbound.Count == 0) return;
        Engine.Outbound.Process(_outbound, _outboundWorker, _network.Now);
        OutboundPath.AfterSend(_outbound, _outboundWorker, Emit(_outbound));
        foreach (ref PacketSlot slot in _outboundWorker.Replies.Slots) Replied?.Invoke(_outboundWorker.Replies.Bytes(in slot));
        _outboundWorker.Replies.Clear();
        _outbound.Clear();
    }

    /// <summary>Lets the control worker do what is due.</summary>
    internal void RunControl()
    {
        int steps = 0;
        for (bool more = true; more; steps++)
        {
            more = Engine.Step(_network.Now, _control);
            Engine.AfterSend(_control, Emit(_control));
            more |= Authorize();
            Fuzzing.FuzzException.Require(steps < 10_000, "The control worker finds no end.");
        }
    }

    public void Dispose()
    {
        _outboundWorker.Dispose();
        _inboundWorker.Dispose();
        Engine.Dispose();
        PrivateKey.Dispose();
    }

    /// <summary>Answers what the engine asks; whether it asked anything.</summary>
    private bool Authorize()
    {
        if (Engine.Admission is not { } admission) return false;
        bool any = false;
        while (admission.Lookups.Waiting.TryDequeue(out PeerLookup? lookup))
        {
            any = true;
            try
            {
                admission.Inbox.Answer(lookup, _authorizer!.AuthorizeAsync(lookup.Request, default).AsTask().GetAwaiter().GetResult());
            }
            catch (InvalidOperationException)
            {
                admission.Inbox.Fail(lookup);
            }
        }
        return any;
    }

    private int Emit(PacketBatch batch)
    {
        int sent = 0;
        foreach (ref PacketSlot slot in batch.Slots)
        {
            if (slot.Length == 0) continue;
            if (RefusesOne)
            {
                RefusesOne = false;
                continue;
            }
            _network.Carry(batch.Bytes(in slot), Address, slot.Path.Remote, slot.TrafficClass);
            sent++;
        }
        return sent;
    }
}

/// <summary>How a node differs from the usual one.</summary>
internal sealed record RigOptions
{
    internal IPacketFilter? Filter { get; init; }

    internal IPeerAuthorizer? Authorizer { get; init; }

    internal NoticeClientOptions? NoticeClient { get; init; }

    internal NoticeNodeOptions? NoticeNode { get; init; }

    internal int HandshakeQueueCapacity { get; init; } = 128;

    internal long StagingBytes { get; init; } = 1 << 20;
}
