using System.Buffers.Binary;
using Apex.Vpn.Protocol.Engine.Inner;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.DataPath;

/// <summary>The Internet checksum, against the loop over words that it was.</summary>
[MemoryDiagnoser]
public class ChecksumBenchmarks
{
    private byte[] _bytes = [];

    /// <summary>An IPv4 header, a packet, a run of segments.</summary>
    [Params(20, 1420, 65535)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _bytes = new byte[Size];
        new Random(1).NextBytes(_bytes);
    }

    [Benchmark(Baseline = true)]
    public ushort WordByWord()
    {
        uint sum = 0;
        int i = 0;
        for (; i + 1 < _bytes.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(i));
        if (i < _bytes.Length) sum += (uint)_bytes[i] << 8;
        return InternetChecksum.Fold(sum);
    }

    [Benchmark]
    public ushort Vectors() => InternetChecksum.Sum(_bytes);
}
