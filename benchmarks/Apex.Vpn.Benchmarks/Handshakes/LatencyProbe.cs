using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>Known clients that shake hands now and then, at a steady rate: how long each waits for its response.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LatencyProbe : IDisposable
{
    private const int BatchSlots = 64;
    private const int Stride = 512;

    private readonly LinuxUdpTransport _transport = new();
    private readonly PacketBatch _received = new(BatchSlots, BatchSlots * Stride);
    private readonly PacketBatch _sending = new(1, Stride);
    private readonly byte[] _message = new byte[InitiationMessage.Size];
    private readonly Population _population;
    private readonly UdpEndpoint _target;
    private readonly long[] _sentAt;
    private readonly double[] _latencies = new double[1 << 20]; // milliseconds
    private readonly Thread _receiver;
    private volatile bool _ending;
    private int _count;
    private int _next;

    internal LatencyProbe(Population population, UdpEndpoint target, int clients)
    {
        (_population, _target) = (population, target);
        _sentAt = new long[clients];
        _transport.Open(0);
        _receiver = new Thread(Receive) { Name = "probe", IsBackground = true };
        _receiver.Start();
    }

    /// <summary>Gives every client a session from its address, so that it is known.</summary>
    internal void Introduce()
    {
        for (int i = 0; i < _sentAt.Length; i++)
        {
            SendNext();
            Thread.Sleep(1);
        }
        Thread.Sleep(100);
        Volatile.Write(ref _count, 0);
    }

    /// <summary>Lets clients shake hands at a rate, and tells how long each handshake took.</summary>
    internal Latencies Run(TimeSpan duration, int rate)
    {
        int first = Volatile.Read(ref _count), sent = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            for (int due = (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * rate); sent < due; sent++) SendNext();
            Thread.Sleep(1);
        }
        Thread.Sleep(200); // for the last ones
        double[] latencies = _latencies[first..Volatile.Read(ref _count)];
        Array.Sort(latencies);
        return new Latencies(sent, latencies);
    }

    public void Dispose()
    {
        _ending = true;
        _transport.Wake();
        _receiver.Join();
        _transport.Dispose();
    }

    private void SendNext()
    {
        int number = _next++ % _sentAt.Length;
        _population.Write(number, _message);
        _sending.Clear();
        _sending.Add(_message).Path = _population[number].PathTo(_target);
        Volatile.Write(ref _sentAt[number], Stopwatch.GetTimestamp());
        _transport.Send(_sending);
    }

    private void Receive()
    {
        while (!_ending)
        {
            _transport.Receive(_received);
            long now = Stopwatch.GetTimestamp();
            foreach (ref PacketSlot slot in _received.Slots)
            {
                if (slot.Length != ResponseMessage.Size) continue;
                uint number = BinaryPrimitives.ReadUInt32LittleEndian(_received.Bytes(in slot)[ResponseMessage.ReceiverOffset..]) - 1;
                if (number >= _sentAt.Length) continue;
                long sentAt = Interlocked.Exchange(ref _sentAt[number], 0);
                if (sentAt == 0 || _count == _latencies.Length) continue;
                _latencies[_count] = Stopwatch.GetElapsedTime(sentAt, now).TotalMilliseconds;
                Volatile.Write(ref _count, _count + 1);
            }
        }
    }
}

/// <summary>What a run of the probe found.</summary>
/// <param name="Sent">Handshakes begun.</param>
/// <param name="Sorted">How long those took that ended, in milliseconds.</param>
internal sealed record Latencies(int Sent, double[] Sorted)
{
    internal double Percentile(double share) =>
        Sorted.Length == 0 ? double.NaN : Sorted[Math.Min((int)(Sorted.Length * share), Sorted.Length - 1)];

    /// <summary>Several runs as one.</summary>
    internal static Latencies Join(IReadOnlyCollection<Latencies> runs) =>
        new(runs.Sum(static run => run.Sent), [.. runs.SelectMany(static run => run.Sorted).Order()]);
}
