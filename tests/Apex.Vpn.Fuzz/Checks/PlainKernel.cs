using System.Buffers.Binary;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Fuzz.Checks;

/// <summary>What a kernel makes of the runs of a batch: merged packets cut apart again, all others as they are.</summary>
internal static class PlainKernel
{
    /// <summary>Groups and merges a batch, checks every run against what the kernel demands, and takes it apart.</summary>
    /// <returns>The packets in the order in which the kernel gets them.</returns>
    internal static List<byte[]> Take(PacketCoalescer coalescer, PacketBatch batch, bool mergeTcp = true, bool mergeUdp = true)
    {
        coalescer.Group(batch, mergeTcp, mergeUdp);
        List<byte[]> taken = [];
        foreach (ref readonly PacketRun run in coalescer.Runs)
        {
            if (run.Count == 1) taken.Add(batch.Bytes(run.First).ToArray());
            else taken.AddRange(Cut(coalescer, batch, in run));
        }
        return taken;
    }

    /// <summary>Packets by flow, each flow's in its order, with what a run does not keep, the IPv4 identification, taken out where the
    /// header's checksum was right with it.</summary>
    internal static ILookup<string, string> ByFlow(IEnumerable<byte[]> packets) =>
        packets.ToLookup(static packet => FlowOf(packet), static packet => Convert.ToHexString(WithoutIdentification(packet)));

    /// <summary>Demands that both are the same packets, flow by flow in the same order.</summary>
    internal static void RequireSame(IReadOnlyCollection<byte[]> expected, IReadOnlyCollection<byte[]> actual)
    {
        FuzzException.Require(expected.Count == actual.Count, $"{expected.Count} packets became {actual.Count}.");
        ILookup<string, string> left = ByFlow(expected), right = ByFlow(actual);
        foreach (IGrouping<string, string> flow in left)
            FuzzException.Require(flow.SequenceEqual(right[flow.Key]), $"The packets of {flow.Key} are not what they were, or not in their order.");
    }

    private static List<byte[]> Cut(PacketCoalescer coalescer, PacketBatch batch, in PacketRun run)
    {
        VirtioHeader header = PacketCoalescer.Merge(batch, in run);
        byte[] first = batch.Bytes(run.First).ToArray();
        List<byte> whole = [.. first];
        int slot = run.First;
        for (int i = 1; i < run.Count; i++)
        {
            slot = coalescer.After(slot);
            whole.AddRange(batch.Bytes(slot)[header.HeaderLength..]);
        }
        byte[] packet = [.. whole];
        bool isIPv4 = packet[0] >> 4 == 4;
        byte protocol = header.SegmentType == VirtioHeader.Udp ? PlainChecksum.Udp : PlainChecksum.Tcp;
        int start = header.ChecksumStart;
        FuzzException.Require(slot == run.Last, "The run ends elsewhere.");
        FuzzException.Require(packet.Length == run.Length && run.Length <= 65535, $"A run of {packet.Length} bytes, told as {run.Length}.");
        FuzzException.Require(header.Flags == VirtioHeader.NeedsChecksum && header.SegmentSize > 0, "The kernel would not cut it.");
        FuzzException.Require(start == (isIPv4 ? 20 : 40) && header.ChecksumOffset == (protocol == PlainChecksum.Tcp ? 16 : 6), "The checksum is elsewhere.");
        FuzzException.Require(
            header.SegmentType == (protocol == PlainChecksum.Udp ? VirtioHeader.Udp : isIPv4 ? VirtioHeader.TcpIPv4 : VirtioHeader.TcpIPv6), "Another kind.");
        FuzzException.Require(!isIPv4 || PlainChecksum.IsIPv4HeaderRight(packet), "The merged IPv4 header's checksum is wrong.");
        FuzzException.Require(
            BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(isIPv4 ? 2 : 4)) == packet.Length - (isIPv4 ? 0 : 40), "The merged length is wrong.");
        FuzzException.Require(
            BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(start + header.ChecksumOffset)) == PlainChecksum.Pseudo(packet, protocol, packet.Length - start),
            "The pseudo header's sum is wrong.");
        FuzzException.Require(
            protocol == PlainChecksum.Tcp || BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(start + 4)) == packet.Length - start, "The UDP length is wrong.");
        List<byte[]> segments = PlainSplitter.Split(packet, start, protocol, header.SegmentSize);
        FuzzException.Require(segments.Count == run.Count && run.Count <= (protocol == PlainChecksum.Udp ? 64 : 128), $"{run.Count} packets, cut into {segments.Count}.");
        return segments;
    }

    private static string FlowOf(byte[] packet)
    {
        bool isIPv4 = packet[0] >> 4 == 4;
        // In tests, extension headers are hop-by-hop options; the transport's number comes first in them.
        int start = isIPv4 ? (packet[0] & 15) * 4 : packet[6] == 0 ? 48 + (packet[41] * 8) : 40;
        byte protocol = isIPv4 ? packet[9] : packet[6] == 0 ? packet[40] : packet[6];
        return $"{protocol} {Convert.ToHexString(isIPv4 ? packet.AsSpan(12, 8) : packet.AsSpan(8, 32))} {Convert.ToHexString(packet.AsSpan(start, 4))}";
    }

    private static byte[] WithoutIdentification(byte[] packet)
    {
        if (packet[0] >> 4 != 4 || !PlainChecksum.IsIPv4HeaderRight(packet)) return packet;
        byte[] plain = [.. packet];
        plain.AsSpan(4, 2).Clear();
        plain.AsSpan(10, 2).Clear();
        return plain;
    }
}
