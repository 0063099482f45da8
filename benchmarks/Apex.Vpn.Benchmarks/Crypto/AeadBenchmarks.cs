using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Crypto.Managed;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Crypto;

/// <summary>
/// ChaCha20-Poly1305 as data packets use it, per packet: libsodium, and the managed provider at each width. Opening takes a copy of what
/// was sealed, since a packet is opened where it lies; the copy is part of the time.
/// </summary>
[MemoryDiagnoser]
public class AeadBenchmarks
{
    private const int Messages = 48;

    private AeadWork _libsodium = null!, _managed128 = null!, _managed256 = null!, _managed512 = null!;
    private Action<AeadWork> _action = null!;

    /// <summary>Bytes of plaintext: a TCP acknowledgement, padded; a full packet of a link with an MTU of 1500.</summary>
    [Params(64, 1436)]
    public int Size { get; set; }

    /// <summary>How many packets a call takes; with 1, the other calls are as many.</summary>
    [Params(1, 16, 48)]
    public int Batch { get; set; }

    [Params(false, true)]
    public bool Open { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int widest = ManagedAead.WidestVector;
        _libsodium = new AeadWork(new LibsodiumAead(), Size, Messages);
        _managed128 = new AeadWork(new ManagedAead(128), Size, Messages);
        _managed256 = new AeadWork(new ManagedAead(Math.Min(256, widest)), Size, Messages);
        _managed512 = new AeadWork(new ManagedAead(Math.Min(512, widest)), Size, Messages);
        _action = (Batch, Open) switch
        {
            (1, false) => static work => work.SealEach(),
            (1, true) => static work => work.OpenEach(),
            (16, false) => static work => work.SealBatches(16),
            (16, true) => static work => work.OpenBatches(16),
            (_, false) => static work => work.SealBatches(Messages),
            (_, true) => static work => work.OpenBatches(Messages),
        };
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public void Libsodium() => Run(_libsodium);

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Managed128() => Run(_managed128);

    /// <summary>Narrower on a processor without AVX2.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public void Managed256() => Run(_managed256);

    /// <summary>Narrower on a processor without AVX-512.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public void Managed512() => Run(_managed512);

    private void Run(AeadWork work)
    {
        if (Open) work.Reset();
        _action(work);
    }
}
