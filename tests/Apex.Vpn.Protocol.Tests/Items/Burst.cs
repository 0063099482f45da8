using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>A data worker of a node's that the test runs itself: its batches come before the control worker gets its turn.</summary>
internal sealed class Burst(World world, Node node) : IDisposable
{
    private const int Slots = 256;

    private readonly PacketBatch _batch = new(Slots, Slots * 2048);
    private readonly Worker _worker = node.Engine.CreateWorker(Slots);

    internal Worker Worker => _worker;

    /// <summary>Datagrams arrive; what came out of the tunnel is returned.</summary>
    internal List<byte[]> Arrive(IEnumerable<Datagram> datagrams)
    {
        _batch.Clear();
        foreach (Datagram datagram in datagrams)
        {
            ref PacketSlot slot = ref _batch.Add(datagram.Bytes);
            slot.TrafficClass = datagram.TrafficClass;
            slot.Path = new UdpPath(datagram.From, node.Address.AddressBits, LocalInterface: 1);
        }
        node.Engine.Inbound.Process(_batch, _worker, world.Now);
        return Contents();
    }

    /// <summary>Packets come from the host; what goes to the network is returned, and not sent.</summary>
    internal List<byte[]> Leave(IEnumerable<byte[]> packets)
    {
        _batch.Clear();
        foreach (byte[] packet in packets) _batch.Add(packet);
        node.Engine.Outbound.Process(_batch, _worker, world.Now);
        return Contents();
    }

    public void Dispose() => _worker.Dispose();

    private List<byte[]> Contents()
    {
        var contents = new List<byte[]>();
        foreach (ref PacketSlot slot in _batch.Slots)
        {
            if (slot.Length != 0) contents.Add(_batch.Bytes(in slot).ToArray());
        }
        return contents;
    }
}
