using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>Packets of several flows at once, most of which could be merged, and some that must not be, for every reason there is.</summary>
internal sealed class FlowTraffic
{
    private readonly FuzzDice _dice;
    private readonly Flow[] _flows;

    internal FlowTraffic(FuzzDice dice)
    {
        _dice = dice;
        _flows = [.. Enumerable.Range(0, dice.OneIn(4) ? dice.Between(1, 20) : dice.Between(1, 4)).Select(_ => new Flow(dice))];
        if (_flows.Length > 1 && dice.OneIn(2)) // as alike as different flows can be
            _flows[1].Shape = _flows[0].Shape with { SourcePort = (ushort)(_flows[0].Shape.SourcePort ^ 1) };
    }

    /// <summary>The next packets of the flows, in turns of one or many.</summary>
    internal List<byte[]> Next(int count)
    {
        List<byte[]> packets = [];
        while (packets.Count < count)
        {
            Flow flow = _dice.Of<Flow>(_flows);
            for (int turn = _dice.OneIn(3) ? _dice.Between(1, 80) : _dice.Between(1, 3); turn > 0 && packets.Count < count; turn--)
                packets.Add(flow.Next(_dice));
        }
        return packets;
    }

    /// <summary>Packs packets into a batch of places for the longest.</summary>
    internal static PacketBatch Pack(List<byte[]> packets)
    {
        var batch = new PacketBatch(packets.Count, packets.Count * (packets.Max(static packet => packet.Length) + 64));
        foreach (byte[] packet in packets) batch.Add(packet);
        return batch;
    }

    private sealed class Flow
    {
        private readonly int _size;
        private readonly int _oddity;
        private uint _sequence;
        private ushort _identification;
        private byte[]? _last;

        internal Flow(FuzzDice dice)
        {
            Shape = FlowShape.Any(dice, plain: true);
            _size = dice.OneIn(6) ? dice.Between(2, 20_000) : dice.Between(2, 1400);
            _oddity = dice.Of<int>([4, 20, 1000]);
            _sequence = dice.OneIn(3) ? uint.MaxValue - (uint)dice.Below(10_000) : (uint)dice.Next();
            _identification = (ushort)dice.Next();
        }

        internal FlowShape Shape { get; set; }

        internal byte[] Next(FuzzDice dice)
        {
            FlowShape shape = Shape;
            int size = _size;
            if (!dice.OneIn(_oddity)) return Make(dice, shape, size);
            switch (dice.Below(20))
            {
                case 0: Shape = shape = shape with { Acknowledgement = shape.Acknowledgement + 1 }; break;
                case 1: Shape = shape = shape with { Window = (ushort)(shape.Window + 1) }; break;
                case 2: shape = shape with { TrafficClass = (byte)(shape.TrafficClass ^ (1 << dice.Below(8))) }; break;
                case 3: shape = shape with { HopLimit = (byte)(shape.HopLimit - 1) }; break;
                case 4: shape = shape with { Fragment = (ushort)(shape.Fragment ^ 0x4000) }; break;
                case 5: shape = shape with { FlowLabel = shape.FlowLabel ^ 1 }; break;
                case 6: shape = shape with { Options = [.. shape.Options.Select(static option => (byte)~option)] }; break;
                case 7: shape = shape with { Options = new byte[shape.Options.Length == 40 ? 0 : shape.Options.Length + 4] }; break;
                case 8: shape = shape with { Flags = (byte)(shape.Flags | 0x08) }; break;
                case 9: shape = shape with { Flags = (byte)dice.Next() }; break;
                case 10: shape = shape with { Urgent = 1 }; break;
                case 11: shape = shape with { Fragment = dice.Of<ushort>([0x2000, 0x0001, 0x2010, 0x00B9]) }; break;
                case 12: shape = shape with { ExtraUnits = dice.Between(1, 5) }; break;
                case 13: size = dice.Between(1, _size); break;
                case 14: size = _size + dice.Between(1, 10); break;
                case 15: size = 0; break;
                case 16: _sequence += (uint)dice.Between(1, 2000); break;
                case 17 when _last is not null: return _last; // sent twice
                default: return Damaged(dice, Make(dice, shape, size));
            }
            return Make(dice, shape, size);
        }

        private byte[] Make(FuzzDice dice, FlowShape shape, int size)
        {
            byte[] payload = new byte[size];
            dice.Fill(payload);
            _last = shape.Make(payload, _sequence, _identification++);
            _sequence += (uint)size;
            return _last;
        }

        /// <summary>Damage that leaves the addresses, the ports and the length as they are.</summary>
        private byte[] Damaged(FuzzDice dice, byte[] packet)
        {
            byte[] damaged = [.. packet];
            int transport = Shape.TransportStart;
            switch (dice.Below(5))
            {
                case 0 when !Shape.IsTcp: // none at all
                    damaged.AsSpan(transport + 6, 2).Clear();
                    break;
                case 1 when !Shape.IsIPv6:
                    damaged[10] ^= 0x20;
                    break;
                case 2:
                    damaged[^1] ^= 4;
                    break;
                case 3 when !Shape.IsTcp: // a UDP length that is not the packet's
                    damaged[transport + 5]++;
                    break;
                default:
                    damaged[transport + (Shape.IsTcp ? 16 : 6)] ^= 0x40;
                    break;
            }
            return damaged;
        }
    }
}
