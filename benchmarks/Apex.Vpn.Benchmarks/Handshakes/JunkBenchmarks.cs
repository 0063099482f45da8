using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Transports;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>What a junk initiation costs a receiving worker that answers for several identities, beside as many keyed hashes.</summary>
[MemoryDiagnoser]
public class JunkBenchmarks
{
    private const int BatchSlots = 64;

    private static readonly UdpEndpoint Home = UdpEndpoint.FromIPv4(0xC0000201, 1000);

    private readonly byte[] _junk = new byte[InitiationMessage.Size];
    private readonly PacketBatch _arriving = new(BatchSlots, BatchSlots * 512);
    private readonly byte[] _key = new byte[Blake2s.HashSize];
    private WireGuardEngine _engine = null!;
    private Worker _worker = null!;

    [Params(1, 8)]
    public int Identities { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _engine = new WireGuardEngine(new EngineOptions { Aead = AeadProviders.Select(AeadChoice.Automatic), Random = SecureRandom.Shared });
        using PrivateKey primary = PrivateKey.Generate();
        _engine.SetPrivateKey(primary);
        for (int i = 1; i < Identities; i++)
        {
            using PrivateKey other = PrivateKey.Generate();
            _engine.TryAddIdentity(other);
        }
        _worker = _engine.CreateWorker(BatchSlots);
        _engine.Up();
        new InitiationMessage(_junk).WriteType();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _worker.Dispose();
        _engine.Dispose();
    }

    /// <summary>One keyed hash of the part that mac1 covers for each identity.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = BatchSlots)]
    public bool KeyedHashes()
    {
        bool any = false;
        for (int i = 0; i < BatchSlots * Identities; i++) any |= Blake2s.VerifyMac(_key, CookieLayout.CoveredByMac1(_junk), CookieLayout.Mac1(_junk));
        return any;
    }

    /// <summary>From the batch it comes in to its being dropped.</summary>
    [Benchmark(OperationsPerInvoke = BatchSlots)]
    public void Junk()
    {
        _arriving.Clear();
        for (int i = 0; i < BatchSlots; i++) _arriving.Add(_junk).Path = new UdpPath(Home);
        _engine.Inbound.Process(_arriving, _worker, new Instant(1_000_000_000_000));
    }
}
