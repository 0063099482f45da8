using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>
/// Two nodes that are each other's peers; the left one knows where the right one is. Everything that is sent is logged with its time, and
/// can be lost at will.
/// </summary>
internal sealed class Duo : IDisposable
{
    internal const string LeftIp = "10.0.0.1", RightIp = "10.0.0.2";

    internal Duo(NodeOptions? left = null, NodeOptions? right = null, ulong seed = 1, bool rightKnowsLeft = false)
    {
        World = new World(seed);
        Left = World.AddNode("192.0.2.1:1000", left);
        Right = World.AddNode("192.0.2.2:2000", right);
        Left.AddPeer(Right, "10.0.0.2/32,fd00::2/128");
        Right.AddPeer(Left, "10.0.0.1/32,fd00::1/128", withEndpoint: rightKnowsLeft);
        World.Filter = datagram =>
        {
            Log.Add(new Sent(World.Elapsed, datagram));
            return Lose is null || !Lose(datagram);
        };
    }

    internal World World { get; }

    internal Node Left { get; }

    internal Node Right { get; }

    /// <summary>What was sent, lost or not.</summary>
    internal List<Sent> Log { get; } = [];

    /// <summary>Which datagrams are lost.</summary>
    internal Predicate<Datagram>? Lose { get; set; }

    /// <summary>Left's view of right.</summary>
    internal Peer LeftPeer => Left.Peer(Right);

    /// <summary>Right's view of left.</summary>
    internal Peer RightPeer => Right.Peer(Left);

    internal Keypair LeftSession => LeftPeer.Sessions.Current!;

    internal Keypair RightSession => RightPeer.Sessions.Current!;

    internal static byte[] ToRight(int payload = 32, byte fill = 0x55) => InnerPackets.Udp(LeftIp, RightIp, payload, fill: fill);

    internal static byte[] ToLeft(int payload = 32, byte fill = 0x55) => InnerPackets.Udp(RightIp, LeftIp, payload, fill: fill);

    /// <summary>Makes a session that the left node began and data of the left node confirmed; the log is empty afterwards.</summary>
    internal Duo Established()
    {
        Left.Send(ToRight());
        World.RunUntil(() => Right.Delivered.Count == 1, TimeSpan.FromSeconds(1));
        Right.Delivered.Clear();
        Log.Clear();
        return this;
    }

    internal void Run(double seconds) => World.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets time pass until so many seconds of the world's time are over.</summary>
    internal void RunTo(double elapsed)
    {
        Assert.True(TimeSpan.FromSeconds(elapsed) >= World.Elapsed);
        World.RunFor(TimeSpan.FromSeconds(elapsed) - World.Elapsed);
    }

    /// <summary>What a node sent, of one type.</summary>
    internal List<Sent> SentBy(Node node, MessageType type) =>
        [.. Log.Where(sent => sent.Datagram.From == node.Address && sent.Datagram.Type == type)];

    internal int Count(Node node, MessageType type) => SentBy(node, type).Count;

    internal int Initiations(Node node) => Count(node, MessageType.Initiation);

    internal List<Sent> Keepalives(Node node) => [.. SentBy(node, MessageType.Transport).Where(static sent => sent.Datagram.IsKeepalive)];

    /// <summary>The left node's configuration of the right one is changed.</summary>
    internal void ChangeRight(Action<PeerUpdate> change) => Change(Left, Right, change);

    /// <summary>The right node's configuration of the left one is changed.</summary>
    internal void ChangeLeft(Action<PeerUpdate> change) => Change(Right, Left, change);

    public void Dispose() => World.Dispose();

    private static void Change(Node node, Node peer, Action<PeerUpdate> change)
    {
        var update = new PeerUpdate(peer.PublicKey);
        change(update);
        node.Apply(update);
    }
}

/// <summary>A datagram and when it was sent.</summary>
internal sealed record Sent(TimeSpan At, Datagram Datagram)
{
    internal double Seconds => At.TotalSeconds;
}
