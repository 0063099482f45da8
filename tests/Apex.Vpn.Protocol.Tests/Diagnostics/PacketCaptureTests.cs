using System.Diagnostics;
using System.Net;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Testing;

namespace Apex.Vpn.Protocol.Tests.Diagnostics;

public sealed class PacketCaptureTests
{
    private static readonly byte[] Query = Udp("10.0.0.2", "10.0.0.1", 40000, 4242, "ping"u8);
    private static readonly byte[] Answer = Udp("10.0.0.1", "10.0.0.2", 4242, 40000, "pongpong"u8);

    [Fact]
    public void Both_directions_are_recorded_and_let_pass()
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapngWriter(stream))
        {
            var capture = new PacketCapture(writer, null, new FixedTime());
            Assert.True(capture.AllowOutbound(default, Query));
            Assert.True(capture.AllowInbound(default, Answer));
            Assert.Null(capture.Failure);
        }

        PcapngReader.Packet[] packets = [.. new PcapngReader(stream.ToArray()).Packets];
        Assert.Equal([Query, Answer], packets.Select(static packet => packet.Bytes));
        Assert.Equal([2u, 1u], packets.Select(static packet => packet.Flags));
        Assert.All(packets, static packet => Assert.Equal(1_700_000_000_123_456_700ul, packet.Nanoseconds));
    }

    [Fact]
    public void Another_filter_decides_and_what_it_drops_is_not_recorded()
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapngWriter(stream))
        {
            var capture = new PacketCapture(writer, new OutboundOnly(), new FixedTime());
            Assert.True(capture.AllowOutbound(default, Query));
            Assert.False(capture.AllowInbound(default, Answer));
        }

        Assert.Equal(Query, Assert.Single(new PcapngReader(stream.ToArray()).Packets).Bytes);
    }

    [Fact]
    public void A_failing_stream_ends_the_capture_and_not_the_tunnel()
    {
        using var stream = new FullDisk();
        using var writer = new PcapngWriter(stream, new PcapngOptions { LeaveOpen = true });
        var capture = new PacketCapture(writer);
        byte[] packet = new byte[60_000];

        for (int i = 0; i < 10; i++) Assert.True(capture.AllowOutbound(default, packet));

        Assert.IsType<IOException>(capture.Failure);
        Assert.Equal(1, stream.Attempts);
        Assert.Throws<IOException>(writer.Dispose);
    }

    [ProgramFact("tcpdump")]
    public async Task Tcpdump_reads_the_capture()
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapngWriter(stream))
        {
            var capture = new PacketCapture(writer, null, new FixedTime());
            capture.AllowOutbound(default, Query);
            capture.AllowInbound(default, Answer);
            capture.AllowOutbound(default, Udp("fd00::2", "fd00::1", 40000, 4242, "six"u8));
        }

        var start = new ProcessStartInfo("tcpdump", ["-nn", "-tt", "--time-stamp-precision=nano", "-r", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process tcpdump = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Task<string> output = tcpdump.StandardOutput.ReadToEndAsync(deadline.Token);
        Task<string> errors = tcpdump.StandardError.ReadToEndAsync(deadline.Token);
        await tcpdump.StandardInput.BaseStream.WriteAsync(stream.ToArray(), deadline.Token);
        tcpdump.StandardInput.Close();
        await tcpdump.WaitForExitAsync(deadline.Token);

        Assert.Contains("link-type RAW", await errors, StringComparison.Ordinal);
        Assert.Equal(
            [
                "1700000000.123456700 IP 10.0.0.2.40000 > 10.0.0.1.4242: UDP, length 4",
                "1700000000.123456700 IP 10.0.0.1.4242 > 10.0.0.2.40000: UDP, length 8",
                "1700000000.123456700 IP6 fd00::2.40000 > fd00::1.4242: UDP, length 3",
            ],
            (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, tcpdump.ExitCode);
    }

    /// <summary>A UDP datagram in an IP packet; checksums are left out, nothing here looks at them.</summary>
    private static byte[] Udp(string source, string destination, ushort sourcePort, ushort destinationPort, ReadOnlySpan<byte> payload)
    {
        byte[] from = IPAddress.Parse(source).GetAddressBytes(), to = IPAddress.Parse(destination).GetAddressBytes();
        int length = 8 + payload.Length;
        byte[] udp =
        [
            (byte)(sourcePort >> 8), (byte)sourcePort, (byte)(destinationPort >> 8), (byte)destinationPort, 0, (byte)length, 0, 0,
            .. payload,
        ];
        byte[] ip = from.Length == 4
            ? [0x45, 0, 0, (byte)(20 + length), 0, 0, 0, 0, 64, 17, 0, 0]
            : [0x60, 0, 0, 0, 0, (byte)length, 17, 64];
        return [.. ip, .. from, .. to, .. udp];
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000).AddTicks(1_234_567);
    }

    private sealed class OutboundOnly : IPacketFilter
    {
        public bool AllowOutbound(PublicKey peer, ReadOnlySpan<byte> packet) => true;

        public bool AllowInbound(PublicKey peer, ReadOnlySpan<byte> packet) => false;
    }

    private sealed class FullDisk : MemoryStream
    {
        internal int Attempts { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Attempts++;
            throw new IOException("No space left on device");
        }
    }
}
