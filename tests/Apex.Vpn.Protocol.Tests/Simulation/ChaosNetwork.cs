using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Messages;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>NATs before some members, and a recorder on the wire; checks each arrival against a replay window that is a plain set.</summary>
internal sealed class ChaosNetwork(World world, List<Member> members, Dice dice) : IFaults
{
    private const int Recorded = 2048;

    private static readonly TimeSpan MappingLifetime = TimeSpan.FromSeconds(30);

    private readonly Dictionary<UInt128, PlainWindow> _windows = [];
    private readonly List<(Member Receiver, Datagram Datagram)> _record = [];
    private (UInt128 Key, ulong Counter, bool Authentic)? _opened;
    private int _lastPort = 10_000;
    private HashCode _digest;

    internal long Arrivals { get; private set; }

    /// <summary>A digest of all that arrived, of this process.</summary>
    internal int Digest => _digest.ToHashCode();

    /// <summary>Datagrams that arrived some time ago.</summary>
    internal IReadOnlyList<(Member Receiver, Datagram Datagram)> Record => _record;

    /// <summary>The engines' AEAD tells what it opened.</summary>
    internal void Opened(UInt128 key, ulong counter, bool authentic) => _opened = (key, counter, authentic);

    /// <summary>Gives a member another address; what is sent to the former one is lost.</summary>
    internal void Move(Member member) => member.Node.MoveTo($"198.51.100.{member.Index + 1}:{++_lastPort}");

    /// <summary>The member's NAT has a fresh mapping, as if a packet had just left.</summary>
    internal void Remap(Member member)
    {
        Move(member);
        member.LastLeft = world.Now;
    }

    /// <summary>
    /// Forgets handshakes that were recorded on their way to a member: who removes a peer and adds it again has no memory of the stamps it
    /// saw, so an old initiation would count as new, here as in every implementation.
    /// </summary>
    internal void ForgetHandshakes(Member receiver) =>
        _record.RemoveAll(entry => entry.Receiver == receiver && entry.Datagram.Type != MessageType.Transport);

    public Datagram? Leaving(Datagram datagram)
    {
        if (members.Find(member => member.Node.Address == datagram.From) is not { IsNatted: true } member) return datagram;
        if (world.Now - member.LastLeft > MappingLifetime) Remap(member);
        else member.LastLeft = world.Now;
        return datagram with { From = member.Node.Address };
    }

    public bool Arriving(Node node, Datagram datagram)
    {
        Member member = Of(node);
        _opened = null;
        return !member.IsNatted || world.Now - member.LastLeft <= MappingLifetime;
    }

    public void Arrived(Node node, Datagram datagram)
    {
        Arrivals++;
        _digest.AddBytes(datagram.Bytes);
        if (datagram.Bytes.Length >= sizeof(uint) && datagram.Type == MessageType.Transport) CheckWindow(node);
        if (_record.Count < Recorded) _record.Add((Of(node), datagram));
        else _record[dice.Below(Recorded)] = (Of(node), datagram);
    }

    /// <summary>When all peers are gone, nothing of them is left.</summary>
    internal void AssertFloor()
    {
        foreach (Member member in members)
        {
            WireGuardEngine engine = member.Node.Engine;
            engine.RemoveAllPeers();
            member.Node.RunControl();
            Assert.Equal(0, engine.Context.Keys.Live);
            Assert.Equal(0, engine.Context.HandshakeSecrets.Live);
            Assert.Equal(0, engine.Context.Staging.LentBuffers);
            Assert.Equal(0, engine.Context.Staging.UsedBytes);
            Assert.Equal(0, engine.Context.Indices.Count);
            Assert.Equal(0, engine.Context.Wheel.Count);
            Assert.Equal(0, engine.Context.Counters.Read(CounterKind.ActivePeers));
        }
    }

    private Member Of(Node node) => members.Find(member => member.Node == node)!;

    private void CheckWindow(Node node)
    {
        bool mayPass = false;
        if (_opened is { Authentic: true } opened)
        {
            if (!_windows.TryGetValue(opened.Key, out PlainWindow? window)) _windows[opened.Key] = window = new PlainWindow();
            mayPass = window.TryAccept(opened.Counter);
        }
        Assert.True(mayPass || node.Delivered.Count == 0, "A packet was delivered that was forged, replayed or too old.");
    }
}
