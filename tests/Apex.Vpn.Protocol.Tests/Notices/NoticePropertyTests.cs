using Apex.Vpn.Protocol.Engine.Inner;
using Apex.Vpn.Protocol.Engine.Notices;
using FsCheck;
using FsCheck.Xunit;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>Whatever bytes come, readers end with a verdict; and what they read is what was written.</summary>
public sealed class NoticePropertyTests
{
    [Property(MaxTest = 2000)]
    public bool Any_bytes_are_read_or_refused(byte[] bytes) => EndsWell(bytes);

    [Property(MaxTest = 2000)]
    public bool Any_bytes_behind_a_right_header_are_read_or_refused(byte[] bytes, byte kind)
    {
        byte[] message = [.. "APXN"u8, NoticeLayout.Version, (byte)(kind % 24), .. bytes];
        return EndsWell(message) && EndsWell([.. message, .. new byte[Math.Max(0, 110 - message.Length)]]);
    }

    [Property(MaxTest = 2000)]
    public bool A_notice_that_is_read_is_described_and_written_as_it_was(NonNegativeInt sequence, byte[] spoilt, PositiveInt at)
    {
        byte[] message = [.. ControlPlane.Drain((ulong)sequence.Get + 1).ToUnsignedBytes(), .. new byte[NoticeLayout.SignatureSize]];
        for (int i = 0; i < Math.Min(spoilt.Length, 3); i++) message[(at.Get + (i * 7)) % message.Length] = spoilt[i];
        if (!SignedNotice.TryRead(message, out SignedNotice read)) return true;
        return read.Describe(default).ToUnsignedBytes().AsSpan().SequenceEqual(read.SignedPart);
    }

    [Property(MaxTest = 2000)]
    public bool Any_packet_is_read_or_refused(byte[] bytes, bool isIPv4)
    {
        byte[] packet = ControlPlane.Packet(isIPv4 ? "10.0.0.1" : "fd00::1", isIPv4 ? "10.0.0.2" : "fd00::2", bytes.AsSpan()[..Math.Min(bytes.Length, 100)]);
        for (int length = 0; length <= packet.Length; length++)
        {
            if (InnerPacket.TryParse(packet.AsSpan(0, length), out InnerPacket parsed))
                NoticePacket.TryRead(packet.AsSpan(0, parsed.Length), parsed.IsIPv4, out _);
        }
        return bytes.AsSpan().StartsWith("APXN"u8) == NoticePacket.TryRead(packet, isIPv4, out _);
    }

    private static bool EndsWell(byte[] message)
    {
        bool isSigned = SignedNotice.TryRead(message, out SignedNotice notice);
        if (isSigned) notice.Describe(default);
        int readings = (isSigned ? 1 : 0) + (NoticeLayout.TryReadHello(message, out _) ? 1 : 0)
            + (NoticeLayout.TryReadAck(message, out _) ? 1 : 0) + (NoticeLayout.IsClosing(message) ? 1 : 0);
        return readings <= 1;
    }
}
