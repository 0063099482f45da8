using System.Buffers.Binary;
using System.Text;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Protocol.Tests.Diagnostics;

public sealed class PcapngWriterTests
{
    private static readonly DateTimeOffset Time = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    [Fact]
    public void The_headers_say_what_the_file_is()
    {
        PcapngReader file = Capture(new PcapngOptions { InterfaceName = "wg0", SnapLength = 96 }, static _ => { });

        PcapngReader.Block section = file.Blocks[0];
        Assert.Equal(0x0A0D0D0Au, section.Type);
        Assert.Equal(0x1A2B3C4Du, section.UInt32(0));
        Assert.Equal((1, 0), (section.UInt16(4), section.UInt16(6)));
        Assert.Equal(ulong.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(section.Body.AsSpan(8)));
        Assert.Equal("Apex.Vpn", Encoding.UTF8.GetString(section.Options(16)[4]));

        PcapngReader.Block description = file.Blocks[1];
        Assert.Equal(1u, description.Type);
        Assert.Equal(101, description.UInt16(0));
        Assert.Equal(96u, description.UInt32(4));
        Assert.Equal("wg0", Encoding.UTF8.GetString(description.Options(8)[2]));
        Assert.Equal(new byte[] { 9 }, description.Options(8)[9]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(1419)]
    [InlineData(65535)]
    public void A_packet_comes_back_as_it_was(int length)
    {
        byte[] packet = Pattern(length);
        PcapngReader file = Capture(new PcapngOptions(), writer => Assert.True(writer.Write(Time, packet, PacketDirection.Outbound)));

        PcapngReader.Packet read = Assert.Single(file.Packets);
        Assert.Equal(packet, read.Bytes);
        Assert.Equal(length, read.OriginalLength);
        Assert.Equal(2u, read.Flags);
        Assert.Equal(0u, read.Interface);
        Assert.Equal((ulong)(Time - DateTimeOffset.UnixEpoch).Ticks * 100, read.Nanoseconds);
    }

    [Fact]
    public void The_snap_length_cuts_the_bytes_and_keeps_the_length()
    {
        PcapngReader file = Capture(
            new PcapngOptions { SnapLength = 30 },
            static writer => writer.Write(Time, Pattern(100), PacketDirection.Inbound));

        PcapngReader.Packet read = Assert.Single(file.Packets);
        Assert.Equal(Pattern(100)[..30], read.Bytes);
        Assert.Equal(100, read.OriginalLength);
        Assert.Equal(1u, read.Flags);
    }

    [Fact]
    public void The_limit_of_bytes_holds_and_what_is_left_out_is_counted()
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapngWriter(stream, new PcapngOptions { MaxBytes = 4096, LeaveOpen = true }))
        {
            int written = 0;
            for (int i = 0; i < 100; i++)
            {
                if (writer.Write(Time, Pattern(100), PacketDirection.Inbound)) written++;
            }
            Assert.Equal(written, writer.WrittenPackets);
            Assert.Equal(100 - written, writer.SkippedPackets);
            Assert.InRange(written, 20, 30);
        }

        Assert.InRange(stream.Length, 3800, 4096);
        var file = new PcapngReader(stream.ToArray());
        PcapngReader.Block statistics = file.Blocks[^1];
        Assert.Equal(5u, statistics.Type);
        Assert.Equal(100ul, BinaryPrimitives.ReadUInt64LittleEndian(statistics.Options(12)[4]));
        Assert.Equal(100ul - (ulong)file.Packets.Count(), BinaryPrimitives.ReadUInt64LittleEndian(statistics.Options(12)[5]));
    }

    [Fact]
    public void Many_threads_write_whole_packets()
    {
        const int Threads = 4, Packets = 2000;
        PcapngReader file = Capture(new PcapngOptions(), static writer => Parallel.For(0, Threads, thread =>
        {
            byte[] packet = new byte[100 + thread];
            packet.AsSpan().Fill((byte)(thread + 1));
            for (int i = 0; i < Packets; i++) writer.Write(Time, packet, PacketDirection.Outbound);
        }));

        PcapngReader.Packet[] packets = [.. file.Packets];
        Assert.Equal(Threads * Packets, packets.Length);
        Assert.All(packets, static packet => Assert.All(packet.Bytes, value => Assert.Equal(packet.Bytes.Length - 99, value)));
    }

    [Fact]
    public void Flush_makes_everything_visible()
    {
        using var stream = new MemoryStream();
        using var writer = new PcapngWriter(stream, new PcapngOptions { LeaveOpen = true });
        writer.Write(Time, Pattern(40), PacketDirection.Inbound);
        Assert.Equal(0, stream.Length);

        writer.Flush();

        Assert.Single(new PcapngReader(stream.ToArray()).Packets);
    }

    [Fact]
    public void Writing_allocates_nothing_per_packet()
    {
        byte[] packet = Pattern(1420);
        using var writer = new PcapngWriter(Stream.Null);
        Write(writer, packet);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Write(writer, packet);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Write(PcapngWriter writer, byte[] packet)
        {
            for (int i = 0; i < 200; i++) writer.Write(Time, packet, PacketDirection.Inbound);
        }
    }

    [Fact]
    public void A_disposed_writer_says_so_and_disposes_its_stream_once()
    {
        var stream = new MemoryStream();
        var writer = new PcapngWriter(stream);

        writer.Dispose();
        writer.Dispose();

        Assert.False(stream.CanWrite);
        Assert.Throws<ObjectDisposedException>(() => writer.Write(Time, [], PacketDirection.Inbound));
        Assert.Throws<ObjectDisposedException>(writer.Flush);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PcapngWriter(Stream.Null, new PcapngOptions { SnapLength = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PcapngWriter(Stream.Null, new PcapngOptions { SnapLength = 65536 }));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PcapngWriter(Stream.Null, new PcapngOptions { MaxBytes = -1 }));
        using var readOnly = new MemoryStream([], writable: false);
        Assert.Throws<ArgumentException>(() => new PcapngWriter(readOnly));
    }

    [Fact]
    public void A_name_too_long_is_cut_between_characters()
    {
        PcapngReader file = Capture(new PcapngOptions { InterfaceName = "a" + new string('ü', 200) }, static _ => { });

        Assert.Equal("a" + new string('ü', 127), Encoding.UTF8.GetString(file.Blocks[1].Options(8)[2]));
    }

    private static PcapngReader Capture(PcapngOptions options, Action<PcapngWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapngWriter(stream, options)) write(writer);
        return new PcapngReader(stream.ToArray());
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(static i => (byte)(i * 7))];
}
