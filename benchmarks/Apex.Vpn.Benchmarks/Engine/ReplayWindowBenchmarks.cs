using Apex.Vpn.Protocol.Engine.Sessions;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Engine;

/// <summary>The replay window, once per received packet.</summary>
[MemoryDiagnoser]
public class ReplayWindowBenchmarks
{
    private const int Burst = 64;

    private readonly ReplayWindow _inOrder = new(), _swapped = new(), _jumping = new(), _replayed = new();
    private ulong _counter, _pair, _jump;

    [GlobalSetup]
    public void Setup() => _replayed.TryAccept(1000);

    [Benchmark(Baseline = true, OperationsPerInvoke = Burst)]
    public void InOrder()
    {
        for (int i = 0; i < Burst; i++) _inOrder.TryAccept(_counter++);
    }

    /// <summary>Every two packets in the wrong order.</summary>
    [Benchmark(OperationsPerInvoke = Burst)]
    public void Swapped()
    {
        for (int i = 0; i < Burst / 2; i++, _pair += 2)
        {
            _swapped.TryAccept(_pair + 1);
            _swapped.TryAccept(_pair);
        }
    }

    /// <summary>The dearest case: everything between is lost, the whole ring is cleared.</summary>
    [Benchmark(OperationsPerInvoke = Burst)]
    public void Jumping()
    {
        for (int i = 0; i < Burst; i++) _jumping.TryAccept(_jump += 10_000);
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    public void Replayed()
    {
        for (int i = 0; i < Burst; i++) _replayed.TryAccept(1000);
    }
}
