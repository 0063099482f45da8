using System.Diagnostics;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Probes;

/// <summary>A device on sockets of the loopback interface, kept busy by a number of probes under way.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SocketProbes : IDisposable
{
    /// <summary>As many as may wait in the device's lane.</summary>
    private const int Outstanding = 64;
    private const int Stride = 512;

    /// <summary>One answer in so many is checked.</summary>
    private const int CheckedShare = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly LinuxUdpTransport _transport = new();
    private readonly PacketBatch _sending = new(Outstanding, Outstanding * Stride);
    private readonly PacketBatch _received = new(Outstanding, Outstanding * Stride);
    private readonly ProbeWork _work;
    private readonly UdpEndpoint _target;
    private int _next;
    private long _sent;
    private long _answered;

    private SocketProbes(ProbeWork work, UdpEndpoint target)
    {
        (_work, _target) = (work, target);
        _transport.Open(0);
    }

    internal static async Task<Result> MeasureAsync(TimeSpan duration)
    {
        using var work = new ProbeWork();
        await using var device = new ProbedDevice();
        using var client = new SocketProbes(work, await device.StartAsync(work));
        client.Run(TimeSpan.FromSeconds(1));
        (client._sent, client._answered) = (0, 0);
        TimeSpan before = ProbedDevice.ProcessorTime();
        long start = Stopwatch.GetTimestamp();
        client.Run(duration);
        TimeSpan wall = Stopwatch.GetElapsedTime(start), used = ProbedDevice.ProcessorTime() - before;
        return new Result(
            client._answered / used.TotalSeconds, client._answered / wall.TotalSeconds, client._sent, client._sent - client._answered);
    }

    public void Dispose() => _transport.Dispose();

    private void Run(TimeSpan duration)
    {
        using var watchdog = new Timer(_ => _transport.Wake(), null, Patience, Patience);
        int underWay = 0;
        long start = Stopwatch.GetTimestamp(), progress = start;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            underWay += Send(Outstanding - underWay);
            _transport.Receive(_received);
            int answered = 0;
            foreach (ref PacketSlot slot in _received.Slots) answered += Take(_received.Bytes(in slot)) ? 1 : 0;
            underWay = Math.Max(underWay - answered, 0);
            _answered += answered;
            if (answered != 0) progress = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(progress) > Patience) underWay = 0;
        }
    }

    private int Send(int count)
    {
        _sending.Clear();
        for (int i = 0; i < count; i++, _next = (_next + 1) % ProbeWork.Count)
            _sending.Add(_work.Requests[_next]).Path = new UdpPath(_target, ProbeWork.Source(_next));
        if (count == 0) return 0;
        int sent = _transport.Send(_sending);
        _sent += sent;
        return sent;
    }

    private bool Take(ReadOnlySpan<byte> message)
    {
        if (!ProbeReply.TryReadIndex(message, out uint index)) return false;
        if (index % CheckedShare == 0 && !ProbeReply.Answers(message, _work.Key, new ProbeRequest(_work.Requests[index]).Mac))
            throw new InvalidOperationException("A reply does not answer its probe.");
        return true;
    }

    internal sealed record Result(double PerCoreSecond, double PerSecond, long Sent, long Lost);
}
