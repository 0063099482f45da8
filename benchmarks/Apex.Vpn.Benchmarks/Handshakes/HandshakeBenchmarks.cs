using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Transports;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>What handshake messages cost a responder, from the batch they come in to the batch its answers leave in, without any system call.</summary>
[MemoryDiagnoser]
public class HandshakeBenchmarks
{
    private const int Messages = 512;
    private const int BatchSlots = 64;

    private static readonly UdpEndpoint Home = UdpEndpoint.FromIPv4(0xC0000201, 1000);

    private readonly byte[][] _initiations = new byte[Messages][];
    private readonly byte[] _stranger = new byte[InitiationMessage.Size];
    private readonly PacketBatch _arriving = new(BatchSlots, BatchSlots * 512);
    private readonly PacketBatch _leaving = WireGuardEngine.CreateControlBatch();
    private readonly byte[] _secret = new byte[X25519.KeySize], _point = new byte[X25519.KeySize], _shared = new byte[X25519.KeySize];
    private WireGuardEngine _engine = null!;
    private Worker _worker = null!;
    private Population _population = null!;
    private DeviceIdentity _identity = null!;
    private Instant _now = new(1_000_000_000_000);

    [GlobalSetup]
    public void Setup()
    {
        using PrivateKey key = PrivateKey.Generate();
        _secret[0] = 8;
        X25519.DerivePublicKey(_secret, _point);
        _engine = new WireGuardEngine(new EngineOptions { Aead = AeadProviders.Select(AeadChoice.Automatic), Random = SecureRandom.Shared });
        _engine.SetPrivateKey(key);
        _identity = _engine.Context.Identities.Primary!;
        _worker = _engine.CreateWorker(BatchSlots);
        _population = new Population(1, key.DerivePublicKey());
        _engine.ApplyPeers([new PeerUpdate(_population[0].PublicKey)]);
        _engine.Up();
        new InitiationMessage(_stranger).WriteType();
        new CookieJar(key.DerivePublicKey()).AddMacs(_stranger, _now);
        for (int i = 0; i < Messages; i++) _initiations[i] = new byte[InitiationMessage.Size];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _worker.Dispose();
        _engine.Dispose();
    }

    [IterationSetup(Target = nameof(InitiationAndResponse))]
    public void Prepare()
    {
        for (int i = 0; i < Messages; i++) _population.Write(0, _initiations[i]);
    }

    /// <summary>What no responder can save: three agreements and a base point.</summary>
    [Benchmark(Baseline = true)]
    public void Primitives() => Handshakes.Primitives.Once(_secret, _point, _shared);

    /// <summary>An initiation read, a response written, a session made. The allocations are that session.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public void InitiationAndResponse()
    {
        foreach (byte[] initiation in _initiations)
        {
            _now += TimeSpan.FromMilliseconds(50); // the share of one source
            Arrive(initiation, Home);
            Step();
        }
    }

    /// <summary>A stranger's message with a valid mac1, up to the cookie that answers it.</summary>
    [Benchmark]
    public void CookieReply()
    {
        Span<byte> reply = stackalloc byte[CookieReplyMessage.Size];
        if (_identity.Cookies.IsMac1Valid(_stranger) && !_identity.Cookies.IsMac2Valid(_stranger, in Home, _now))
            _identity.Cookies.WriteCookieReply(_stranger, receiverIndex: 1, in Home, _now, SecureRandom.Shared, reply);
    }

    /// <summary>Whether a source is known.</summary>
    [Benchmark]
    public bool FindKnownSource() => _engine.Context.Gate.Known.TryFind(in Home, out _);

    private void Arrive(ReadOnlySpan<byte> message, UdpEndpoint from)
    {
        _arriving.Clear();
        _arriving.Add(message).Path = new UdpPath(from);
        _engine.Inbound.Process(_arriving, _worker, _now);
    }

    private void Step()
    {
        bool more;
        do
        {
            more = _engine.Step(_now, _leaving);
            _engine.AfterSend(_leaving, _leaving.Count);
        }
        while (more);
    }
}
