using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>A node and a hand-made peer of it, on which one packet will be dropped.</summary>
internal sealed class DropScene : IDisposable
{
    internal const string NodeIp = "10.0.0.2", PeerIp = "10.9.0.1";

    private readonly Lazy<Node> _node;
    private readonly Lazy<HandPeer> _hand;
    private readonly Lazy<HandPeer> _stranger;
    private readonly Lazy<Burst> _burst;

    internal DropScene()
    {
        _node = new(() => World.AddNode("192.0.2.2:2000", Options));
        _hand = new(() => new HandPeer(World, Node, "192.0.2.9:9").Join());
        _stranger = new(() => new HandPeer(World, Node, "198.51.100.1:1"));
        _burst = new(() => new Burst(World, Node));
    }

    internal World World { get; } = new(seed: 1);

    /// <summary>To be set before the node is first asked for.</summary>
    internal NodeOptions Options { get; set; } = new();

    internal Node Node => _node.Value;

    /// <summary>A peer of the node.</summary>
    internal HandPeer Hand => _hand.Value;

    /// <summary>Somebody whom the node does not know.</summary>
    internal HandPeer Stranger => _stranger.Value;

    internal Burst Burst => _burst.Value;

    internal static byte[] ToPeer => InnerPackets.Udp(NodeIp, PeerIp, payload: 1000);

    internal static byte[] FromPeer => InnerPackets.Udp(PeerIp, NodeIp);

    /// <summary>Gives the node the peer's endpoint.</summary>
    internal void Introduce() => Node.Apply(new PeerUpdate(Hand.PublicKey) { Endpoint = Hand.Address });

    /// <summary>Makes the node begin a handshake, and returns its initiation.</summary>
    internal Datagram BeginByNode()
    {
        Introduce();
        Node.Send(ToPeer);
        return Hand.Last(MessageType.Initiation);
    }

    /// <summary>Puts the node under load.</summary>
    internal void Flood()
    {
        Burst.Arrive(Junk(200));
        Node.RunControl();
    }

    /// <summary>Messages that are initiations by their looks and mac1 only.</summary>
    internal IEnumerable<Datagram> Junk(int count) => Enumerable.Repeat(Strangers.Initiation(Node, Hand.Address), count);

    internal Dictionary<DropReason, long> Counters() => Enum.GetValues<DropReason>().ToDictionary(static reason => reason, Node.Dropped);

    public void Dispose()
    {
        if (_burst.IsValueCreated) _burst.Value.Dispose();
        if (_stranger.IsValueCreated) _stranger.Value.Dispose();
        if (_hand.IsValueCreated) _hand.Value.Dispose();
        World.Dispose();
    }
}
