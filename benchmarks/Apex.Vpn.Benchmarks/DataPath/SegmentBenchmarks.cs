using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.DataPath;

/// <summary>One read of 60 KB cut into segments, and the segments merged for one write; per segment.</summary>
[MemoryDiagnoser]
public class SegmentBenchmarks
{
    private readonly byte[] _packet = TcpRead.Make();
    private readonly PacketBatch _read = new(TcpRead.Slots, places: 1, TcpRead.SlabBytes);
    private readonly PacketBatch _segments = new(TcpRead.Slots, places: 1, TcpRead.SlabBytes);
    private readonly PacketCoalescer _coalescer = new();

    [GlobalSetup]
    public void Setup() => TcpRead.Split(_packet, _segments);

    /// <summary>What of the splitting is the copy that stands for the read.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = TcpRead.Segments)]
    public void Copy() => _packet.CopyTo(_read.Slab);

    [Benchmark(OperationsPerInvoke = TcpRead.Segments)]
    public void Split() => TcpRead.Split(_packet, _read);

    /// <summary>Finds the run; that checks every checksum.</summary>
    [Benchmark(OperationsPerInvoke = TcpRead.Segments)]
    public int Coalesce()
    {
        _coalescer.Group(_segments, mergeTcp: true, mergeUdp: true);
        return _coalescer.Runs[0].Count;
    }
}
