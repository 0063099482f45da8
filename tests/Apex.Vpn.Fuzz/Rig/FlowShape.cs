using System.Buffers.Binary;
using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Fuzz.Fuzzing;

namespace Apex.Vpn.Fuzz.Rig;

/// <summary>What the packets of a TCP connection or UDP flow have in common, and the making of them with right lengths and checksums.</summary>
internal sealed record FlowShape
{
    private const byte HopByHop = 0;

    internal bool IsIPv6 { get; init; }

    internal byte Protocol { get; init; } = PlainChecksum.Tcp;

    /// <summary>The last two bytes of the source address, which tell flows apart, and the ports.</summary>
    internal ushort Source { get; init; } = 1;

    internal ushort SourcePort { get; init; } = 4000;

    internal ushort DestinationPort { get; init; } = 443;

    internal byte TrafficClass { get; init; }

    internal byte HopLimit { get; init; } = 64;

    /// <summary>The word of IPv4's flags and fragment offset; DF by default.</summary>
    internal ushort Fragment { get; init; } = 0x4000;

    internal uint FlowLabel { get; init; }

    /// <summary>IPv4 options or an IPv6 extension header, in units of 8 bytes; 0 for none.</summary>
    internal int ExtraUnits { get; init; }

    /// <summary>TCP options: a multiple of 4 bytes, at most 40.</summary>
    internal byte[] Options { get; init; } = [];

    internal uint Acknowledgement { get; init; } = 77;

    internal ushort Window { get; init; } = 500;

    internal ushort Urgent { get; init; }

    internal byte Flags { get; init; } = 0x10;

    internal bool IsTcp => Protocol == PlainChecksum.Tcp;

    internal int TransportStart => (IsIPv6 ? 40 : 20) + (ExtraUnits * 8);

    internal int HeaderLength => TransportStart + (IsTcp ? 20 + Options.Length : 8);

    /// <summary>A shape by chance.</summary>
    internal static FlowShape Any(FuzzDice dice, bool plain)
    {
        byte[] options = new byte[dice.OneIn(2) ? 12 : 4 * dice.Below(11)];
        dice.Fill(options);
        return new FlowShape
        {
            IsIPv6 = dice.OneIn(2),
            Protocol = dice.OneIn(2) ? PlainChecksum.Tcp : PlainChecksum.Udp,
            Source = (ushort)dice.Next(),
            SourcePort = (ushort)dice.Next(),
            DestinationPort = (ushort)dice.Next(),
            TrafficClass = (byte)dice.Next(),
            HopLimit = (byte)dice.Next(),
            Fragment = dice.OneIn(2) ? (ushort)0x4000 : (ushort)0,
            FlowLabel = (uint)dice.Below(1 << 20),
            ExtraUnits = plain || dice.OneIn(2) ? 0 : dice.Between(1, 5),
            Options = options,
            Acknowledgement = (uint)dice.Next(),
            Window = (ushort)dice.Next(),
        };
    }

    /// <summary>One packet.</summary>
    internal byte[] Make(ReadOnlySpan<byte> payload, uint sequence = 0, ushort identification = 0)
    {
        var packet = new byte[HeaderLength + payload.Length];
        if (IsIPv6) WriteIPv6(packet);
        else WriteIPv4(packet, identification);
        Span<byte> transport = packet.AsSpan(TransportStart);
        BinaryPrimitives.WriteUInt16BigEndian(transport, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], DestinationPort);
        if (IsTcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(transport[4..], sequence);
            BinaryPrimitives.WriteUInt32BigEndian(transport[8..], Acknowledgement);
            transport[12] = (byte)((5 + (Options.Length / 4)) << 4);
            transport[13] = Flags;
            BinaryPrimitives.WriteUInt16BigEndian(transport[14..], Window);
            BinaryPrimitives.WriteUInt16BigEndian(transport[18..], Urgent);
            Options.CopyTo(transport[20..]);
        }
        payload.CopyTo(packet.AsSpan(HeaderLength));
        PlainChecksum.Complete(packet, TransportStart, Protocol);
        return packet;
    }

    private void WriteIPv4(Span<byte> packet, ushort identification)
    {
        packet[0] = (byte)(0x45 + (ExtraUnits * 2));
        packet[1] = TrafficClass;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], identification);
        BinaryPrimitives.WriteUInt16BigEndian(packet[6..], Fragment);
        packet[8] = HopLimit;
        packet[9] = Protocol;
        new byte[] { 10, 7, (byte)(Source >> 8), (byte)Source, 10, 8, 0, 1 }.CopyTo(packet[12..]);
        packet.Slice(20, ExtraUnits * 8).Fill(1); // no operation
    }

    private void WriteIPv6(Span<byte> packet)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet, 0x6000_0000u | ((uint)TrafficClass << 20) | FlowLabel);
        packet[6] = ExtraUnits > 0 ? HopByHop : Protocol;
        packet[7] = HopLimit;
        packet[8] = packet[24] = 0xFD;
        BinaryPrimitives.WriteUInt16BigEndian(packet[22..], Source);
        packet[39] = 1;
        if (ExtraUnits == 0) return;
        packet[40] = Protocol;
        packet[41] = (byte)(ExtraUnits - 1);
        packet[42] = 1; // PadN over the rest
        packet[43] = (byte)((ExtraUnits * 8) - 4);
    }
}
