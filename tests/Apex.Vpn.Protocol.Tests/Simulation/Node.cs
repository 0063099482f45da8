using System.Net;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>A device in a simulated world: the real engine, driven by virtual time.</summary>
internal sealed class Node : IDisposable
{
    private readonly World _world;
    private readonly Clerk? _clerk;
    private readonly Worker _outbound;
    private readonly Worker _inbound;
    private readonly PacketBatch _batch = new(64, 64 * PacketBatch.FullStride);
    private readonly PacketBatch _control = WireGuardEngine.CreateControlBatch();

    internal Node(World world, UdpEndpoint address, NodeOptions options)
    {
        (_world, _clerk) = (world, options.Clerk);
        Address = address;
        Events = new EventLog();
        Engine = new WireGuardEngine(new EngineOptions
        {
            Aead = options.Aead,
            Random = world.Random,
            Observer = Events,
            Filter = options.Filter,
            NoticeClient = options.NoticeClient,
            NoticeNode = options.NoticeNode,
            NoticeReceived = Heard.Add,
            NoticesSettled = () => Settled++,
            Admission = AdmissionFor(options),
            HandshakeQueueCapacity = options.HandshakeQueueCapacity,
            StagingBytes = options.StagingBytes,
        });
        Engine.Context.Mtu = options.Mtu;
        Engine.AnchorWallClock(options.UnixNanoseconds, world.Now);
        _outbound = Engine.CreateWorker(_batch.Capacity);
        _inbound = Engine.CreateWorker(_batch.Capacity);
        Span<byte> seed = stackalloc byte[32];
        world.Random.Fill(seed);
        PrivateKey = new PrivateKey(seed);
        Engine.SetPrivateKey(PrivateKey);
        if (options.IsUp) Engine.Up();
    }

    internal WireGuardEngine Engine { get; }

    internal EventLog Events { get; }

    internal PrivateKey PrivateKey { get; private set; }

    internal PublicKey PublicKey => PrivateKey.DerivePublicKey();

    /// <summary>Where datagrams of this node come from.</summary>
    internal UdpEndpoint Address { get; private set; }

    /// <summary>A machine that sleeps does nothing, and what is sent to it is lost.</summary>
    internal bool IsAsleep { get; set; }

    /// <summary>Inner packets that came out of the tunnel, ICMP errors of the engine's own included.</summary>
    internal List<byte[]> Delivered { get; } = [];

    /// <summary>Notices that this node believed.</summary>
    internal List<Notice> Heard { get; } = [];

    /// <summary>How often the last notice of this node on its way came to its end.</summary>
    internal int Settled { get; private set; }

    /// <summary>Whether the host's kernel refuses the local addresses that the engine asks for, as after an address was taken away.</summary>
    internal bool RefusesSources { get; set; }

    /// <summary>Whether nothing can be handed to the network, as without any route.</summary>
    internal bool IsCutOff { get; set; }

    internal long Dropped(DropReason reason) => Engine.Context.Counters.Dropped(reason);

    internal Peer Peer(Node other) =>
        Engine.Context.Peers.TryFind(other.PublicKey, out Peer? peer) ? peer : throw new InvalidOperationException("No such peer.");

    internal PeerStatus Status(Node other) => Engine.ReadPeer(other.PublicKey)!;

    /// <summary>Makes another node a peer.</summary>
    internal void AddPeer(Node other, string allowedIps, bool withEndpoint = true, PresharedKey? presharedKey = null, ushort? keepalive = null)
    {
        var update = new PeerUpdate(other.PublicKey)
        {
            Endpoint = withEndpoint ? other.Address : null,
            PresharedKey = presharedKey,
            PersistentKeepalive = keepalive,
        };
        foreach (string prefix in allowedIps.Split(',')) update.AllowedIps.Add(AllowedIpChange.Add(IPNetwork.Parse(prefix)));
        Apply(update);
    }

    internal void Apply(params ReadOnlySpan<PeerUpdate> updates)
    {
        Engine.ApplyPeers(updates);
        RunControl();
    }

    /// <summary>Tells another node something in its session; false when it would not hear it.</summary>
    internal bool Notify(Node other, NoticeKind kind, ReadOnlySpan<byte> signed)
    {
        bool told = Engine.Notices!.Notify(other.PublicKey, kind, signed, _world.Now);
        RunControl();
        return told;
    }

    internal void SetPrivateKey(PrivateKey key)
    {
        PrivateKey = key;
        Engine.SetPrivateKey(key);
        RunControl();
    }

    /// <summary>Gives the node another address, as a phone that changes networks.</summary>
    internal void MoveTo(string address)
    {
        UdpEndpoint endpoint = UdpEndpoint.From(IPEndPoint.Parse(address));
        _world.Move(this, endpoint);
        Address = endpoint;
    }

    /// <summary>The host sends packets into the tunnel, in one batch.</summary>
    internal void Send(params ReadOnlySpan<byte[]> packets)
    {
        _batch.Clear();
        foreach (byte[] packet in packets) _batch.Add(packet);
        Engine.Outbound.Process(_batch, _outbound, _world.Now);
        OutboundPath.AfterSend(_batch, _outbound, Emit(_batch));
        Deliver(_outbound.Replies);
        _outbound.Replies.Clear();
        RunControl();
    }

    /// <summary>A datagram arrives.</summary>
    internal void Receive(params ReadOnlySpan<Datagram> datagrams)
    {
        Take(datagrams);
        RunControl();
    }

    /// <summary>A datagram arrives, and the control worker has not had its turn yet.</summary>
    internal void Take(params ReadOnlySpan<Datagram> datagrams)
    {
        _batch.Clear();
        foreach (Datagram datagram in datagrams)
        {
            ref PacketSlot slot = ref _batch.Add(datagram.Bytes);
            slot.TrafficClass = datagram.TrafficClass;
            slot.Path = new UdpPath(datagram.From, Address.AddressBits, LocalInterface: 1);
        }
        Engine.Inbound.Process(_batch, _inbound, _world.Now);
        Deliver(_batch);
    }

    /// <summary>Lets the control worker do what is due now.</summary>
    internal void RunControl()
    {
        int steps = 0;
        for (bool more = true; more; steps++)
        {
            more = Engine.Step(_world.Now, _control);
            Engine.AfterSend(_control, Emit(_control));
            more |= _clerk is not null && _clerk.Serve(_world, this);
            Assert.True(steps < 100_000, "The control worker finds no end.");
        }
    }

    internal Instant NextDeadline(Instant now) => Engine.NextDeadline(now).At;

    public void Dispose()
    {
        _outbound.Dispose();
        _inbound.Dispose();
        Engine.Dispose();
    }

    private static AdmissionOptions? AdmissionFor(NodeOptions options) => options.Clerk is null ? null : new AdmissionOptions
    {
        Authorizer = options.Clerk,
        MembershipFilter = options.MembershipFilter,
        MaxCachedGrants = options.MaxCachedGrants,
        MaxReplayMarks = options.MaxReplayMarks,
    };

    private int Emit(PacketBatch batch)
    {
        int sent = 0;
        foreach (ref PacketSlot slot in batch.Slots)
        {
            if (slot.Length == 0 || IsCutOff) continue;
            slot.SourceRejected = RefusesSources && slot.Path.HasSource;
            UdpPath path = slot.SourceRejected ? slot.Path.WithoutSource() : slot.Path;
            _world.Send(new Datagram(Address, path.Remote, slot.TrafficClass, batch.Bytes(in slot).ToArray()) { SentOn = path });
            sent++;
        }
        return sent;
    }

    private void Deliver(PacketBatch batch)
    {
        foreach (ref PacketSlot slot in batch.Slots)
        {
            if (slot.Length != 0) Delivered.Add(batch.Bytes(in slot).ToArray());
        }
    }
}
