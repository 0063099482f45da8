using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Engine;

/// <summary>Deadlines of many peers: what traffic writes, and what the control worker's wheel takes.</summary>
[MemoryDiagnoser]
public class TimerBenchmarks
{
    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(100);

    private readonly DeadlineWheel _wheel = new();
    private readonly PriorityQueue<Waiting, long> _heap = new();
    private readonly PeerTimers _timers = new();
    private Waiting[] _waiting = [];
    private Instant _now = new(1_000_000_000_000);
    private int _next;

    /// <summary>How many deadlines wait.</summary>
    [Params(1_000, 1_000_000)]
    public int Deadlines { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _waiting = new Waiting[Deadlines];
        for (int i = 0; i < Deadlines; i++)
        {
            _waiting[i] = new Waiting();
            Instant at = _now + TimeSpan.FromMilliseconds(random.Next(1, 120_000));
            _wheel.Set(_waiting[i], at);
            _heap.Enqueue(_waiting[i], at.Nanoseconds);
        }
    }

    /// <summary>The earliest fires and is set again, with the framework's heap.</summary>
    [Benchmark(Baseline = true)]
    public void HeapFire()
    {
        _heap.TryDequeue(out Waiting? peer, out long at);
        _heap.Enqueue(peer!, at + 120_000_000_000);
    }

    /// <summary>A peer's deadline moves: a keepalive went out, a handshake began.</summary>
    [Benchmark]
    public void WheelMove()
    {
        Waiting peer = _waiting[_next = (_next + 7919) % Deadlines];
        _wheel.Set(peer, _now + TimeSpan.FromSeconds(25 + (_next & 63)));
    }

    /// <summary>The earliest fires and is set again.</summary>
    [Benchmark]
    public void WheelFire()
    {
        DeadlineWheel.Entry? due;
        while ((due = _wheel.TakeDue(_now)) is null) _now = _wheel.Next();
        _wheel.Set(due, _now + TimeSpan.FromSeconds(120));
    }

    /// <summary>What a batch of packets in each direction writes.</summary>
    [Benchmark]
    public void Traffic()
    {
        _timers.AuthenticatedSent(_now, keepaliveSeconds: 25);
        _timers.DataSent(_now, Jitter);
        _timers.AuthenticatedReceived(_now, keepaliveSeconds: 25);
        _timers.DataReceived(_now);
    }

    // As little as can stand in the wheel: a million peers with all that they own would make the collections between iterations the work.
    private sealed class Waiting : DeadlineWheel.Entry;
}
