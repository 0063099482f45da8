using System.Net;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>
/// Who takes part when an engine is fuzzed: the victim; a friend, whose session must survive; an insider, a peer of the victim's whose keys the
/// fuzzer has; and peers that answer nothing, have no endpoint, or a key of low order.
/// </summary>
internal sealed class Scene : IDisposable
{
    internal const string VictimIPv4 = "10.0.0.1", VictimIPv6 = "fd00::1";
    internal const string FriendIPv4 = "10.0.0.2", FriendIPv6 = "fd00::2";
    internal const string InsiderIPv4 = "10.0.0.3", InsiderIPv6 = "fd00::3";
    internal const string SilentIPv4 = "10.0.0.4";
    internal const string UnreachedIPv4 = "10.0.0.5";

    private readonly List<byte[]> _arrived = [];
    private ulong _pings;

    internal Scene(ulong seed, RigOptions? options = null)
    {
        Network = new RigNetwork(seed);
        Dice = new FuzzDice(seed);
        Victim = Add("192.0.2.1:1000", options);
        Friend = Add("192.0.2.2:2000");
        Insider = Add("192.0.2.3:3000");
        Configure();
        Victim.Delivered = packet => Take(packet);
        Friend.Delivered = packet => Take(packet);
        FuzzException.Require(Ping(), "There is no session to begin with.");
    }

    internal RigNetwork Network { get; }

    internal FuzzDice Dice { get; }

    internal RigNode Victim { get; }

    internal RigNode Friend { get; }

    internal RigNode Insider { get; }

    /// <summary>Sees what the victim delivers, but for pings.</summary>
    internal Action<ReadOnlySpan<byte>>? VictimDelivered { get; set; }

    /// <summary>A key with which every agreement is zero: the point of order 1.</summary>
    internal static PublicKey LowOrderKey => new([1, .. new byte[31]]);

    /// <summary>Gives the victim a peer of the insider's key, without memory of an earlier one.</summary>
    internal void AddInsider(UdpEndpoint endpoint, PresharedKey? presharedKey = null)
    {
        Victim.Engine.ApplyPeers([new PeerUpdate(Insider.PublicKey) { Remove = true }]);
        Victim.Engine.ApplyPeers([Link(Insider.PublicKey, endpoint, presharedKey, InsiderIPv4, InsiderIPv6)]);
    }

    /// <summary>A new session between insider and victim.</summary>
    internal void RenewInsider()
    {
        Peer peer = Insider.Find(Victim.PublicKey)!;
        // By hand, so that neither timers nor limits decide when.
        peer.Active.LastHandshakeSent = Instant.Never;
        Insider.Engine.Context.Attention.Raise(peer, Attention.Handshake);
        Network.Pass(TimeSpan.FromMilliseconds(50)); // further apart than initiations have to be
        Network.Settle();
    }

    /// <summary>Whether a packet gets from the friend to the victim and back, now or after a handshake.</summary>
    internal bool Ping()
    {
        for (int attempt = 0; attempt < 30; attempt++)
        {
            if (Pass(Friend, Victim, FriendIPv4, VictimIPv4) && Pass(Victim, Friend, VictimIPv6, FriendIPv6)) return true;
            Network.Pass(TimeSpan.FromSeconds(1));
            Network.Settle();
        }
        return false;
    }

    /// <summary>Takes the victim's configuration away and checks that nothing of it is left; counts its drops.</summary>
    internal void Finish(FuzzTally tally)
    {
        foreach (RigNode node in (RigNode[])[Victim, Friend, Insider])
        {
            EngineContext context = node.Engine.Context;
            node.Engine.RemoveAllPeers();
            node.RunControl();
            Expect("keys", context.Keys.Live);
            Expect("handshake secrets", context.HandshakeSecrets.Live);
            Expect("waiting packets", context.Staging.LentBuffers);
            Expect("receiver indices", context.Indices.Count);
            Expect("deadlines", context.Wheel.Count);
            Expect("retired keypairs", context.Quiescence.Pending);
            Expect("active peers", context.Counters.Read(CounterKind.ActivePeers));
        }
        for (var reason = DropReason.None + 1; (int)reason < DropReasonNames.Count; reason++) tally.Add(reason, Victim.Dropped(reason));
    }

    public void Dispose()
    {
        Victim.Dispose();
        Friend.Dispose();
        Insider.Dispose();
    }

    internal static PeerUpdate Link(PublicKey key, UdpEndpoint? endpoint, PresharedKey? presharedKey, params ReadOnlySpan<string> addresses)
    {
        var update = new PeerUpdate(key) { Endpoint = endpoint, PresharedKey = presharedKey };
        foreach (string address in addresses)
        {
            var host = IPAddress.Parse(address);
            update.AllowedIps.Add(AllowedIpChange.Add(new IPNetwork(host, host.GetAddressBytes().Length * 8)));
        }
        return update;
    }

    private static void Expect(string what, long left) => FuzzException.Require(left == 0, $"{left} {what} are left.");

    private RigNode Add(string address, RigOptions? options = null)
    {
        var node = new RigNode(Network, UdpEndpoint.From(IPEndPoint.Parse(address)), options);
        Network.Add(node);
        return node;
    }

    private void Configure()
    {
        Span<byte> stranger = stackalloc byte[SecretKey.Size];
        Dice.Fill(stranger);
        var nobody = UdpEndpoint.From(IPEndPoint.Parse("192.0.2.99:9"));
        AddInsider(Insider.Address);
        Victim.Engine.ApplyPeers(
        [
            Link(Friend.PublicKey, Friend.Address, null, FriendIPv4, FriendIPv6),
            Link(new PublicKey(stranger), nobody, null, SilentIPv4, "fd00::4"),
            Link(new PublicKey([(byte)~stranger[0], .. stranger[1..]]), null, null, UnreachedIPv4, "fd00::5"),
            Link(LowOrderKey, nobody, null, "10.0.0.6"),
        ]);
        Friend.Engine.ApplyPeers([Link(Victim.PublicKey, Victim.Address, null, VictimIPv4, VictimIPv6)]);
        Insider.Engine.ApplyPeers([Link(Victim.PublicKey, Victim.Address, null, VictimIPv4, VictimIPv6)]);
    }

    private bool Pass(RigNode from, RigNode to, string source, string destination)
    {
        byte[] packet = InnerPackets.Ping(source, destination, ++_pings);
        _arrived.Clear();
        from.Host(packet);
        from.Send();
        Network.Settle();
        return _arrived.Exists(arrived => arrived.AsSpan().SequenceEqual(packet));
    }

    private void Take(ReadOnlySpan<byte> packet)
    {
        if (InnerPackets.IsPing(packet)) _arrived.Add(packet.ToArray());
        else VictimDelivered?.Invoke(packet);
    }
}
