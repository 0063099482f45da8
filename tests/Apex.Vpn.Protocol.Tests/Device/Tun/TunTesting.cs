using System.Buffers.Binary;
using System.Net;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Tests.Transports;

namespace Apex.Vpn.Protocol.Tests.Device.Tun;

internal static class TunTesting
{
    /// <summary>Reads until something comes; a silent interface fails the test.</summary>
    internal static int ReadSome(this ITunDevice tun, PacketBatch batch)
    {
        using var deadline = new Timer(_ => tun.Wake(), null, TransportTesting.Deadline, Timeout.InfiniteTimeSpan);
        int count = tun.Read(batch);
        Assert.True(count > 0, "nothing was read");
        Assert.Equal(count, batch.Count);
        return count;
    }
}

/// <summary>Carries every packet from one TUN to another until disposed.</summary>
internal sealed class Relay : IDisposable
{
    private readonly ITunDevice _from;
    private readonly Thread _thread;
    private volatile bool _stop;
    private long _packets;

    internal Relay(ITunDevice from, ITunDevice to)
    {
        _from = from;
        _thread = new Thread(() =>
        {
            PacketBatch batch = new(256, places: 1, slabBytes: 256 * 1024);
            while (!_stop)
            {
                int count = from.Read(batch);
                if (count == 0) continue;
                Interlocked.Add(ref _packets, count);
                foreach (PacketSlot slot in batch.Slots) Longest = Math.Max(Longest, slot.Length);
                to.Write(batch);
            }
        });
        _thread.Start();
    }

    /// <summary>How many packets were carried.</summary>
    internal long Packets => Interlocked.Read(ref _packets);

    /// <summary>The length of the longest of them; to be read when nothing moves any more.</summary>
    internal int Longest { get; private set; }

    public void Dispose()
    {
        _stop = true;
        _from.Wake();
        _thread.Join();
    }
}

/// <summary>IP packets made by hand.</summary>
internal static class Packets
{
    /// <summary>An IPv4 packet with a UDP datagram without a checksum.</summary>
    internal static byte[] Udp(string from, string to, ushort port, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[28 + payload.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 17;
        IPAddress.Parse(from).TryWriteBytes(packet.AsSpan(12), out _);
        IPAddress.Parse(to).TryWriteBytes(packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), HeaderChecksum(packet));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), 7001);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(8 + payload.Length));
        payload.CopyTo(packet.AsSpan(28));
        return packet;
    }

    private static ushort HeaderChecksum(ReadOnlySpan<byte> packet)
    {
        uint sum = 0;
        for (int i = 0; i < 20; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet[i..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum += sum >> 16;
        return (ushort)~sum;
    }
}
