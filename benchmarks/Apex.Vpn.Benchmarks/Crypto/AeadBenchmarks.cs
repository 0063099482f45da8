using System.Security.Cryptography;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Crypto;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Crypto;

/// <summary>ChaCha20-Poly1305 as data packets use it, against the framework's own.</summary>
[MemoryDiagnoser]
public class AeadBenchmarks
{
    private const int BatchSize = 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(AeadProvider.KeySize);
    private readonly byte[] _nonce = new byte[AeadProvider.NonceSize];
    private readonly AeadSegment[] _segments = new AeadSegment[BatchSize];
    private AeadProvider _provider = null!;
    private ChaCha20Poly1305 _framework = null!;
    private byte[] _slab = null!, _sealed = null!, _forged = null!, _work = null!;
    private ulong _counter;

    /// <summary>Bytes of plaintext: a TCP acknowledgement, padded; a full packet at an MTU of 1420, padded.</summary>
    [Params(64, 1424)]
    public int Size { get; set; }

    [Params(AeadChoice.Libsodium, AeadChoice.Managed)]
    public AeadChoice Provider { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _provider = AeadProviders.Select(Provider);
        _framework = new ChaCha20Poly1305(_key);
        int stride = Size + AeadProvider.TagSize;
        _slab = new byte[BatchSize * stride];
        for (int i = 0; i < BatchSize; i++) _segments[i] = new AeadSegment { Offset = i * stride, Length = stride };
        _work = new byte[stride];
        _sealed = new byte[stride];
        _provider.Seal(_key, 0, default, _sealed);
        _forged = [.. _sealed];
        _forged[^1] ^= 1;
    }

    [GlobalCleanup]
    public void Cleanup() => _framework.Dispose();

    [Benchmark(Baseline = true)]
    public void FrameworkSeal() => _framework.Encrypt(_nonce, _work.AsSpan(0, Size), _work.AsSpan(0, Size), _work.AsSpan(Size));

    [Benchmark]
    public void Seal() => _provider.Seal(_key, _counter++, default, _work);

    /// <summary>Opens a copy, since a packet is opened where it lies; the copy is part of the time.</summary>
    [Benchmark]
    public bool Open()
    {
        _sealed.CopyTo(_work.AsSpan());
        return _provider.TryOpen(_key, 0, default, _work);
    }

    /// <summary>What an attacker's packet costs that guesses a receiver index. The copy is part of the time.</summary>
    [Benchmark]
    public bool OpenForged()
    {
        _forged.CopyTo(_work.AsSpan());
        return _provider.TryOpen(_key, 0, default, _work);
    }

    /// <summary>Per packet, in batches of 16.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public void SealBatch()
    {
        foreach (ref AeadSegment segment in _segments.AsSpan()) segment.Counter = _counter++;
        _provider.Seal(_key, _slab, _segments);
    }
}
