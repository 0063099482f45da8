using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>
/// Reads of a TUN with virtio headers, cut into segments, and batches of packets merged for a write: right ones compared with plain
/// references, damaged ones watched for harm.
/// </summary>
internal sealed class SegmentFuzzer : Fuzzer
{
    private const int Slots = 64, Largest = 4000;
    private const int SlabBytes = PacketBatch.MaxPacket + (32 * 1024);
    private const byte Canary = 0xC5;

    private readonly FuzzDice _dice;
    private readonly PacketBatch _batch = new(Slots, places: 1, SlabBytes);
    private readonly PacketCoalescer _coalescer = new();
    private byte[] _input = [];
    private long _segments, _refused, _merged;

    internal SegmentFuzzer(ulong seed)
    {
        _dice = new FuzzDice(seed);
        _batch.Slab.Fill(Canary);
    }

    internal override string LastInput => Convert.ToHexString(_input);

    internal override void Feed()
    {
        if (_dice.OneIn(8)) Merge();
        else Split();
    }

    internal override void Check()
    {
        int at = _batch.Slab.IndexOfAnyExcept(Canary); // each input cleans up what it may have written
        FuzzException.Require(at < 0, $"Something was written at {at}, far from every packet.");
    }

    internal override void Finish(FuzzTally tally)
    {
        tally.Add("segments cut and compared", _segments);
        tally.Add("reads refused", _refused);
        tally.Add("packets merged", _merged);
    }

    public override void Dispose()
    {
    }

    private void Split()
    {
        FlowShape shape = FlowShape.Any(_dice, plain: false) with { Flags = (byte)_dice.Next() };
        byte[] payload = new byte[_dice.Between(1, _dice.OneIn(16) ? Largest : 200)];
        _dice.Fill(payload);
        byte[] packet = shape.Make(payload, (uint)_dice.Next(), (ushort)_dice.Next());
        int segment = _dice.Between(1 + (payload.Length / 20), payload.Length);
        byte[] unfinished = [.. packet];
        PlainChecksum.LeaveUnfinished(unfinished, shape.TransportStart, shape.Protocol);
        Span<byte> header = stackalloc byte[VirtioHeader.Size];
        new VirtioHeader
        {
            Flags = VirtioHeader.NeedsChecksum,
            SegmentType = !shape.IsTcp ? VirtioHeader.Udp : shape.IsIPv6 ? VirtioHeader.TcpIPv6 : VirtioHeader.TcpIPv4,
            HeaderLength = (ushort)_dice.Next(),
            SegmentSize = (ushort)segment,
            ChecksumStart = (ushort)shape.TransportStart,
            ChecksumOffset = (ushort)(shape.IsTcp ? 16 : 6),
        }.Write(header);
        bool isRight = !_dice.OneIn(3);
        if (!isRight) Damage(header, unfinished.AsSpan(0, shape.HeaderLength));
        if (!isRight && _dice.OneIn(3)) unfinished = unfinished[.._dice.Below(unfinished.Length + 1)];
        _input = [.. header, .. unfinished];

        int end = Add(unfinished, VirtioHeader.Read(header), out bool added);
        if (!added) _refused++;
        if (isRight)
        {
            List<byte[]> expected = PlainSplitter.Split(packet, shape.TransportStart, shape.Protocol, segment);
            FuzzException.Require(added && _batch.Count == expected.Count, $"{_batch.Count} segments instead of {expected.Count}.");
            for (int i = 0; i < expected.Count; i++)
                FuzzException.Require(_batch.Bytes(i).SequenceEqual(expected[i]), $"Segment {i} is another.");
            _segments += expected.Count;
        }
        FuzzException.Require(
            _batch.Slab.Slice(end, Math.Min(256, SlabBytes - end)).IndexOfAnyExcept(Canary) < 0, "Something behind the segments was written to.");
        _batch.Slab[..end].Fill(Canary);
    }

    private void Damage(Span<byte> header, Span<byte> headers)
    {
        if (_dice.OneIn(2)) _dice.Damage(header);
        if (_dice.OneIn(2)) _dice.Damage(headers);
    }

    /// <returns>Where the bytes end that may have changed.</returns>
    private int Add(ReadOnlySpan<byte> packet, VirtioHeader header, out bool added)
    {
        _batch.Clear();
        var packer = new TunBatchPacker(_batch);
        FuzzException.Require(packer.TryPlace(PacketBatch.MaxPacket, out int offset), "There is no room.");
        packet.CopyTo(_batch.Slab[offset..]);
        added = SegmentSplitter.TryAdd(ref packer, _batch, offset, packet.Length, header);
        FuzzException.Require(added == (_batch.Count != 0), "Refused, and added all the same, or the other way round.");
        FuzzException.Require(added || _batch.Slab.Slice(offset, packet.Length).SequenceEqual(packet), "Refused, and changed all the same.");
        FuzzException.Require(_batch.Slab[..offset].IndexOfAnyExcept(Canary) < 0, "Something before the packet was written to.");
        int end = offset + packet.Length, free = 0;
        foreach (PacketSlot slot in _batch.Slots)
        {
            FuzzException.Require(
                slot.Offset % PacketBatch.Alignment == 0 && slot.Offset >= free + PacketBatch.Headroom && slot.Length > 0
                    && slot.Offset + slot.Length + PacketBatch.Tailroom <= SlabBytes,
                "A segment lies where it may not.");
            free = slot.Offset + slot.Length + PacketBatch.Tailroom;
            end = Math.Max(end, slot.Offset + slot.Length);
        }
        return end;
    }

    private void Merge()
    {
        List<byte[]> packets = new FlowTraffic(_dice).Next(_dice.Between(1, 40));
        _input = [.. packets.SelectMany(static packet => packet)];
        if (_dice.OneIn(4))
        {
            foreach (byte[] packet in packets) _dice.Damage(packet.AsSpan(0, Math.Min(packet.Length, 60)));
            PlainKernel.Take(_coalescer, FlowTraffic.Pack(packets));
            return;
        }
        PlainKernel.RequireSame(packets, PlainKernel.Take(_coalescer, FlowTraffic.Pack(packets)));
        foreach (ref readonly PacketRun run in _coalescer.Runs) _merged += run.Count > 1 ? run.Count : 0;
    }
}
