using System.Buffers.Binary;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>Inner packets that say who sent them and to whom they were routed, so that whoever gets one can tell whether that is right.</summary>
internal sealed class TracedPackets
{
    private const int SequenceSize = sizeof(ulong);

    private readonly List<Flight> _flights = [];

    /// <summary>How many packets were made.</summary>
    internal int Made => _flights.Count;

    internal int Delivered { get; private set; }

    /// <summary>A packet of one node's for another.</summary>
    /// <param name="sender">Who sends it.</param>
    /// <param name="receiver">To whom the sender's configuration sends it now; -1 for nobody.</param>
    /// <param name="source">The inner source, one of <see cref="InnerAddresses"/>.</param>
    /// <param name="destination">The inner destination.</param>
    /// <param name="payload">Bytes of payload beyond the sequence number.</param>
    internal byte[] Make(int sender, int receiver, int source, int destination, int payload)
    {
        (string from, string to) = InnerAddresses.Pair(source, destination);
        byte[] packet = InnerPackets.Udp(from, to, SequenceSize + payload, fill: (byte)_flights.Count);
        BinaryPrimitives.WriteInt64LittleEndian(packet.AsSpan(packet.Length - SequenceSize), _flights.Count);
        _flights.Add(new Flight(sender, receiver, source, packet));
        return packet;
    }

    /// <summary>A packet came out at a node: it is whole, was routed here, and never came before. Tells who sent it and as whom.</summary>
    internal (int Sender, int Source, long Sequence) Arrive(ReadOnlySpan<byte> packet, int node)
    {
        long sequence = BinaryPrimitives.ReadInt64LittleEndian(packet[^SequenceSize..]);
        Assert.InRange(sequence, 0, _flights.Count - 1);
        Flight flight = _flights[(int)sequence];
        Assert.True(flight.Packet is not null, $"Packet {sequence} was delivered twice.");
        Assert.True(packet.SequenceEqual(flight.Packet), $"Packet {sequence} was changed on its way.");
        Assert.True(flight.Receiver == node, $"Packet {sequence} of node {flight.Sender} for node {flight.Receiver} came out at node {node}.");
        _flights[(int)sequence] = flight with { Packet = null };
        Delivered++;
        return (flight.Sender, flight.Source, sequence);
    }

    private readonly record struct Flight(int Sender, int Receiver, int Source, byte[]? Packet);
}
