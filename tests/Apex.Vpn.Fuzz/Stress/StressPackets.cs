using System.Buffers.Binary;
using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Fuzz.Stress;

/// <summary>Inner packets that name their sender, their receiver and themselves; and the books of which have come out.</summary>
internal sealed class StressPackets
{
    private const int HeaderSize = InnerPacket.IPv4HeaderSize;
    private const int BodySize = sizeof(ulong) + 1;

    internal const int MaxSize = 600;

    private readonly CounterSet[] _arrived;

    /// <param name="senders">How many threads send.</param>
    internal StressPackets(int senders) => _arrived = [.. Enumerable.Range(0, senders).Select(static _ => new CounterSet())];

    /// <summary>The inner address of a node: 10.0.0.node.</summary>
    internal static uint Address(int node) => 0x0A000000u | (uint)node;

    /// <summary>Adds a packet to a batch.</summary>
    internal static void Add(PacketBatch batch, int source, int destination, int sender, ulong sequence, int padding)
    {
        Span<byte> packet = stackalloc byte[MaxSize];
        packet = packet[..Math.Min(HeaderSize + BodySize + padding, MaxSize)];
        packet.Clear();
        packet[0] = 0x45;
        packet[8] = 64;
        packet[9] = 253; // for experiments (RFC 3692)
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], Address(source));
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], Address(destination));
        BinaryPrimitives.WriteUInt64LittleEndian(packet[HeaderSize..], sequence);
        packet[HeaderSize + sizeof(ulong)] = (byte)sender;
        packet[(HeaderSize + BodySize)..].Fill((byte)sequence);
        batch.Add(packet);
    }

    /// <summary>Gives the books' memory back.</summary>
    internal void Forget() => Array.Clear(_arrived);

    /// <summary>A packet came out at a node. Tells who sent it, or what is wrong.</summary>
    internal string? Arrive(ReadOnlySpan<byte> packet, int node, out int source)
    {
        source = (int)(BinaryPrimitives.ReadUInt32BigEndian(packet[12..]) & 0xFF);
        if (BinaryPrimitives.ReadUInt32BigEndian(packet[16..]) != Address(node)) return $"A packet of node {source} came out at node {node}, not its own.";
        ulong sequence = BinaryPrimitives.ReadUInt64LittleEndian(packet[HeaderSize..]);
        if (packet[(HeaderSize + BodySize)..].ContainsAnyExcept((byte)sequence)) return $"A packet of node {source} was changed.";
        int sender = packet[HeaderSize + sizeof(ulong)];
        return _arrived[sender].Add(sequence) ? null : $"A packet of node {source} came out twice.";
    }
}
