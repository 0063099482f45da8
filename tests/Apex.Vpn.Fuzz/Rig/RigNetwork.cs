using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>Virtual time, and datagrams between nodes, at once and without loss.</summary>
internal sealed class RigNetwork(ulong seed)
{
    internal const long UnixNanoseconds = 1_800_000_000_000_000_000;
    internal const long StartNanoseconds = 1_000_000_000_000;

    private readonly Dictionary<UdpEndpoint, RigNode> _nodes = [];
    private readonly Queue<(byte[] Bytes, UdpEndpoint From, UdpEndpoint To, byte TrafficClass)> _carried = new();

    /// <summary>Both providers get their share.</summary>
    internal AeadChoice Aead { get; } = (seed & 1) == 0 ? AeadChoice.Libsodium : AeadChoice.Managed;

    internal SeededRandom Random { get; } = new(seed);

    internal Instant Now { get; private set; } = new(StartNanoseconds);

    /// <summary>Sees what is sent to an address that is no node's.</summary>
    internal Action<ReadOnlyMemory<byte>, UdpEndpoint>? Stranded { get; set; }

    /// <summary>Sees everything that is sent.</summary>
    internal Tap? Tapped { get; set; }

    internal delegate void Tap(ReadOnlySpan<byte> datagram);

    internal void Add(RigNode node) => _nodes.Add(node.Address, node);

    internal void Pass(TimeSpan time) => Now += time;

    internal void Carry(ReadOnlySpan<byte> datagram, UdpEndpoint from, UdpEndpoint to, byte trafficClass)
    {
        Tapped?.Invoke(datagram);
        _carried.Enqueue((datagram.ToArray(), from, to, trafficClass));
    }

    /// <summary>Lets everybody do what is due and brings what they send, until nothing is left to bring.</summary>
    internal void Settle()
    {
        do
        {
            foreach (RigNode node in _nodes.Values) node.RunControl();
            Bring();
        }
        while (_carried.Count != 0);
    }

    private void Bring()
    {
        while (_carried.TryDequeue(out var datagram))
        {
            if (!_nodes.TryGetValue(datagram.To, out RigNode? node))
            {
                Stranded?.Invoke(datagram.Bytes, datagram.To);
                continue;
            }
            node.Offer(datagram.Bytes, datagram.From, datagram.TrafficClass);
            node.Receive();
            node.RunControl();
        }
    }
}
