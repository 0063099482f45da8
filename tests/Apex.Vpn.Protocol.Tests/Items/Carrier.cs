using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Takes batches from the one engine to the other, as a device's workers and a network would.</summary>
internal sealed class Carrier(Duo duo) : IDisposable
{
    internal const int Slots = 64;

    private readonly PacketBatch _batch = new(Slots, Slots * 2048);
    private readonly PacketBatch _control = WireGuardEngine.CreateControlBatch();
    private readonly Worker _left = duo.Left.Engine.CreateWorker(Slots), _right = duo.Right.Engine.CreateWorker(Slots);
    private readonly byte[] _forged = [4, 0, 0, 0, .. BitConverter.GetBytes(duo.RightSession.LocalIndex), .. new byte[40]];
    private Instant _now = duo.World.Now;

    internal long Delivered { get; private set; }

    internal void Carry(byte[] packet, bool toRight)
    {
        (Node from, Node to) = toRight ? (duo.Left, duo.Right) : (duo.Right, duo.Left);
        _now += TimeSpan.FromMicroseconds(500);
        _batch.Clear();
        for (int i = 0; i < Slots; i++) _batch.Add(packet);
        Worker sender = toRight ? _left : _right;
        from.Engine.Outbound.Process(_batch, sender, _now);
        OutboundPath.AfterSend(_batch, sender, Filled());
        sender.Replies.Clear();
        Arrive(from, to, toRight ? _right : _left);
        Delivered += Filled();
    }

    internal void Forge()
    {
        _batch.Clear();
        for (int i = 0; i < Slots; i++) _batch.Add(_forged);
        Arrive(duo.Left, duo.Right, _right);
    }

    /// <summary>Two full batches at once: an eighth of the lane, and so load.</summary>
    internal void Flood(byte[] message, UdpEndpoint from)
    {
        _now += TimeSpan.FromMilliseconds(1);
        for (int turn = 0; turn < 2; turn++)
        {
            _batch.Clear();
            for (int i = 0; i < Slots; i++) _batch.Add(message).Path = new UdpPath(from);
            duo.Right.Engine.Inbound.Process(_batch, _right, _now);
        }
        Step(duo.Right);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    private void Arrive(Node from, Node to, Worker receiver)
    {
        foreach (ref PacketSlot slot in _batch.Slots) slot.Path = new UdpPath(from.Address, to.Address.AddressBits, LocalInterface: 1);
        to.Engine.Inbound.Process(_batch, receiver, _now);
        Step(from);
        Step(to);
    }

    private int Filled()
    {
        int filled = 0;
        foreach (ref PacketSlot slot in _batch.Slots)
        {
            if (slot.Length != 0) filled++;
        }
        return filled;
    }

    private void Step(Node node)
    {
        for (bool more = true; more;)
        {
            more = node.Engine.Step(_now, _control);
            node.Engine.AfterSend(_control, _control.Count);
        }
    }
}
