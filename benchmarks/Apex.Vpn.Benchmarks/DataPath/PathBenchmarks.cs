using Apex.Vpn.Protocol.Buffers;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.DataPath;

/// <summary>The engine's whole way from segments to transport messages and back, over the segments of one read; per packet.</summary>
[MemoryDiagnoser]
public class PathBenchmarks
{
    private readonly PacketBatch _batch = new(TcpRead.Slots, places: 1, TcpRead.SlabBytes);
    private readonly byte[] _packet = TcpRead.Make();
    private EnginePair _pair = null!;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new EnginePair();
        SealAndOpen();
        if (_batch[0].Length == 0) throw new InvalidOperationException("There is no session.");
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    /// <summary>What comes before sealing; part of the other times.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = TcpRead.Segments)]
    public void Split() => TcpRead.Split(_packet, _batch);

    [Benchmark(OperationsPerInvoke = TcpRead.Segments)]
    public void Seal()
    {
        TcpRead.Split(_packet, _batch);
        _pair.Seal(_batch);
    }

    /// <summary>A message can be opened once: each is sealed before.</summary>
    [Benchmark(OperationsPerInvoke = TcpRead.Segments)]
    public void SealAndOpen()
    {
        TcpRead.Split(_packet, _batch);
        _pair.Seal(_batch);
        _pair.Open(_batch);
    }
}
