using System.Buffers.Binary;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine.Inner;

namespace Apex.Vpn.Protocol;

/// <summary>
/// Finds the packets of a batch that the kernel can take in one write: consecutive segments of a TCP connection, equal datagrams of a UDP
/// flow. What the kernel makes of a run is what it would have made of the packets one by one.
/// </summary>
/// <remarks>
/// Packets of one flow stay in their order; those of different flows may pass each other. A packet joins a run only with a checksum that was
/// verified: the merged packet gets one by the kernel, which would make good what came corrupt. Not thread-safe; allocates only when a batch
/// is larger than any before.
/// </remarks>
internal sealed class PacketCoalescer
{
    internal const int MaxPackets = 128; // per run: the vectors of one write
    private const int MaxDatagrams = 64; // the kernel's own limit for UDP runs
    private const int OpenFlows = 8;     // flows that a packet is compared with

    private readonly int[] _open = new int[OpenFlows];
    private int _openCount;
    private PacketRun[] _runs = [];
    private int[] _next = [];
    private int _count;

    /// <summary>The runs found last, in the order of their first packets.</summary>
    internal ReadOnlySpan<PacketRun> Runs => _runs.AsSpan(0, _count);

    /// <summary>The slot that follows a slot in its run.</summary>
    internal int After(int slot) => _next[slot];

    /// <summary>Sorts the slots of non-zero length into runs, many of one packet.</summary>
    /// <param name="batch">The packets, each as long as its IP header says. Left as they are.</param>
    /// <param name="mergeTcp">Whether TCP segments may be merged.</param>
    /// <param name="mergeUdp">Whether UDP datagrams may be merged.</param>
    internal void Group(PacketBatch batch, bool mergeTcp, bool mergeUdp)
    {
        if (_runs.Length < batch.Count)
        {
            _runs = new PacketRun[batch.Capacity];
            _next = new int[batch.Capacity];
        }
        _count = _openCount = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch[i].Length == 0) continue;
            bool isFlow = FlowPacket.TryParse(batch.Bytes(i), out FlowPacket packet) && (packet.IsTcp ? mergeTcp : mergeUdp);
            FlowKey key = isFlow ? packet.Key : default;
            int open = isFlow ? FindOpen(in key) : -1;
            bool canMerge = isFlow && packet.CanMerge;
            if (open >= 0 && canMerge && TryJoin(batch, ref _runs[_open[open]], i, packet)) continue;
            Begin(i, in key, packet, batch[i].Length, canMerge);
            if (!isFlow) continue;
            // From here on the flow goes on behind this packet.
            if (open < 0) open = _openCount < OpenFlows ? _openCount++ : _count % OpenFlows;
            _open[open] = _count - 1;
        }
    }

    /// <summary>Makes one packet of a run in the headers of its first.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="run">A run of more than one.</param>
    /// <returns>What to tell the kernel.</returns>
    internal static VirtioHeader Merge(PacketBatch batch, in PacketRun run)
    {
        _ = FlowPacket.TryParse(batch.Bytes(run.First), out FlowPacket first); // as it did when the run began
        FlowPacket last = first.Other(batch.Bytes(run.Last), run.HeaderLength);
        Span<byte> header = first.Bytes[..first.HeaderLength];
        int start = first.TransportStart;
        if (first.IsIPv4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)run.Length);
            header.Slice(10, 2).Clear();
            BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Finish(InternetChecksum.Sum(header[..start])));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)(run.Length - start));
        }
        int checksumOffset = first.IsTcp ? 16 : 6;
        if (first.IsTcp) header[start + 13] |= (byte)(last.TcpFlags & FlowPacket.Push);
        else BinaryPrimitives.WriteUInt16BigEndian(header[(start + 4)..], (ushort)(run.Length - start));
        BinaryPrimitives.WriteUInt16BigEndian(header[(start + checksumOffset)..], first.PseudoHeaderSum(run.Length - start));
        return new VirtioHeader
        {
            Flags = VirtioHeader.NeedsChecksum,
            SegmentType = !first.IsTcp ? VirtioHeader.Udp : first.IsIPv4 ? VirtioHeader.TcpIPv4 : VirtioHeader.TcpIPv6,
            HeaderLength = (ushort)first.HeaderLength,
            SegmentSize = (ushort)run.SegmentSize,
            ChecksumStart = (ushort)start,
            ChecksumOffset = (ushort)checksumOffset,
        };
    }

    private int FindOpen(in FlowKey key)
    {
        for (int i = 0; i < _openCount; i++)
        {
            if (_runs[_open[i]].Key == key) return i;
        }
        return -1;
    }

    private bool TryJoin(PacketBatch batch, ref PacketRun run, int slot, FlowPacket packet)
    {
        int payload = packet.PayloadLength;
        if (run.IsClosed || payload > run.SegmentSize || run.Length + payload > PacketBatch.MaxPacket) return false;
        if (run.Count == (packet.IsTcp ? MaxPackets : MaxDatagrams) || (packet.IsTcp && packet.Sequence != run.NextSequence)) return false;
        FlowPacket first = packet.Other(batch.Bytes(run.First), run.HeaderLength);
        if (!first.HasSameHeaders(packet) || !packet.IsChecksumRight()) return false;
        if (!run.IsVerified && !first.IsChecksumRight())
        {
            run.IsClosed = true;
            return false;
        }
        run.IsVerified = true;
        _next[run.Last] = slot;
        run.Last = slot;
        run.Count++;
        run.Length += payload;
        run.NextSequence += (uint)payload;
        run.IsClosed = payload < run.SegmentSize || IsEnd(packet);
        return true;
    }

    private void Begin(int slot, in FlowKey key, FlowPacket packet, int length, bool canMerge)
    {
        ref PacketRun run = ref _runs[_count++];
        run = new PacketRun { Key = key, First = slot, Last = slot, Count = 1, Length = length, IsClosed = !canMerge || IsEnd(packet) };
        if (!canMerge) return;
        run.HeaderLength = packet.HeaderLength;
        run.SegmentSize = packet.PayloadLength;
        if (packet.IsTcp) run.NextSequence = packet.Sequence + (uint)packet.PayloadLength;
    }

    private static bool IsEnd(FlowPacket packet) => packet.IsTcp && (packet.TcpFlags & FlowPacket.Push) != 0;
}
