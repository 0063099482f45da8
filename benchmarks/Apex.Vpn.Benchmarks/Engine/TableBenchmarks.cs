using Apex.Vpn.Benchmarks.Scale;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Engine;

/// <summary>Sessions by receiver index, once per received packet; peers by public key, once per handshake.</summary>
[MemoryDiagnoser]
public class TableBenchmarks
{
    private const int Asked = 4096;

    private readonly IndexTable _indices = new();
    private readonly PeerTable _peers = new(SecureRandom.Shared);
    private readonly Dictionary<uint, IndexOwner> _dictionary = [];
    private readonly uint[] _asked = new uint[Asked];
    private readonly PublicKey[] _askedKeys = new PublicKey[Asked];
    private readonly Session _guest = new();
    private readonly Peer _newPeer = new(ManyPeers.Key());
    private Session _current = new(), _successor = new();
    private int _next;

    /// <summary>Sessions, and peers.</summary>
    [Params(1_000, 100_000, 1_000_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var indices = new uint[Count];
        var keys = new PublicKey[Count];
        for (int i = 0; i < Count; i++)
        {
            var session = new Session();
            indices[i] = _indices.Reserve(session, SecureRandom.Shared);
            _dictionary.Add(indices[i], session);
            _peers.Add(new Peer(keys[i] = ManyPeers.Key()));
        }
        _indices.Reserve(_current, SecureRandom.Shared);
        var random = new Random(1);
        for (int i = 0; i < Asked; i++) (_asked[i], _askedKeys[i]) = (indices[random.Next(Count)], keys[random.Next(Count)]);
    }

    [Benchmark(Baseline = true)]
    public object? Dictionary() => _dictionary.GetValueOrDefault(Next());

    [Benchmark]
    public object? FindIndex() => _indices.Find(Next());

    /// <summary>What anyone can send.</summary>
    [Benchmark]
    public object? FindNobodysIndex() => _indices.Find(Next() + 1);

    /// <summary>A handshake begins and ends without a session.</summary>
    [Benchmark]
    public void ReserveAndRemoveIndex()
    {
        _indices.Reserve(_guest, SecureRandom.Shared);
        _indices.Remove(_guest);
    }

    /// <summary>A session takes over its handshake's index.</summary>
    [Benchmark]
    public void ReplaceIndex()
    {
        _indices.Replace(_current, _successor);
        (_current, _successor) = (_successor, _current);
    }

    [Benchmark]
    public bool FindPeer() => _peers.TryFind(_askedKeys[_next++ & (Asked - 1)], out _);

    [Benchmark]
    public void AddAndRemovePeer()
    {
        _peers.Add(_newPeer);
        _peers.Remove(_newPeer);
    }

    private uint Next() => _asked[_next++ & (Asked - 1)];

    private sealed class Session : IndexOwner;
}
