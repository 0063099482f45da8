using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Admission;

/// <summary>A node with an authorizer, and hand-made clients that nobody configured.</summary>
internal sealed class Gatehouse : IDisposable
{
    internal const string NodeIp = "10.0.0.1";

    private readonly List<HandPeer> _clients = [];

    internal Gatehouse(NodeOptions? options = null, ulong seed = 1)
    {
        options ??= new NodeOptions();
        Clerk = options.Clerk ?? new Clerk();
        World = new World(seed);
        Node = World.AddNode("192.0.2.1:51820", options with { Clerk = Clerk });
    }

    internal World World { get; }

    internal Node Node { get; }

    internal Clerk Clerk { get; }

    internal PeerAdmission Admission => Node.Engine.Admission!;

    /// <summary>Somebody with a key of their own, at an address of their own.</summary>
    /// <param name="inner">What the authorizer grants; null for nothing.</param>
    internal HandPeer Client(string? inner = null)
    {
        int number = _clients.Count;
        var client = new HandPeer(World, Node, $"198.{51 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}:{1000 + (number % 60_000)}");
        _clients.Add(client);
        if (inner is not null) Clerk.Grant(client.PublicKey, inner);
        return client;
    }

    internal Peer? Find(HandPeer client) => Node.Engine.Context.Peers.TryFind(client.PublicKey, out Peer? peer) ? peer : null;

    /// <summary>Sends an initiation and tells whether a response came.</summary>
    internal bool Knock(HandPeer client, byte[]? initiation = null)
    {
        int before = World.Wire.Count;
        client.Deliver(initiation ?? client.Initiation());
        return World.Wire.Skip(before).Any(datagram => datagram.To == client.Address && datagram.Type == MessageType.Response);
    }

    internal void Tell(AdmissionNote note, PublicKey key = default)
    {
        Admission.Inbox.Tell(note, key);
        Node.RunControl();
    }

    internal void Run(double seconds) => World.RunFor(TimeSpan.FromSeconds(seconds));

    internal long Dropped(DropReason reason) => Node.Dropped(reason);

    public void Dispose()
    {
        foreach (HandPeer client in _clients) client.Dispose();
        World.Dispose();
    }
}
