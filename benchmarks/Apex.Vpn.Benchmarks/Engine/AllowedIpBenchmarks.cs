using Apex.Vpn.Protocol.Engine.Peers;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Engine;

/// <summary>Cryptokey routing with many prefixes: what each packet asks, and what a change costs.</summary>
[MemoryDiagnoser]
public class AllowedIpBenchmarks
{
    private const int Asked = 4096;
    private const uint Base = 0x0A000000;

    private readonly AllowedIpTable<Peer> _table = new();
    private readonly Dictionary<uint, Peer> _dictionary = [];
    private readonly uint[] _addresses = new uint[Asked];
    private readonly Peer _owner = new(default);
    private int _next;

    /// <summary>Prefixes of one address each, next to each other.</summary>
    [Params(1_000, 100_000, 1_000_000)]
    public int Prefixes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        using (AllowedIpTable<Peer>.EditSession edit = _table.Edit())
        {
            for (uint i = 0; i < Prefixes; i++)
            {
                var peer = new Peer(default);
                edit.Add(Host(Base + i), peer);
                _dictionary.Add(Base + i, peer);
            }
        }
        var random = new Random(1);
        for (int i = 0; i < Asked; i++) _addresses[i] = Base + (uint)random.Next(Prefixes);
    }

    /// <summary>What a table of whole addresses would take, which knows no prefixes.</summary>
    [Benchmark(Baseline = true)]
    public object? Dictionary() => _dictionary.GetValueOrDefault(Next());

    [Benchmark]
    public object? Find() => _table.FindIPv4(Next());

    [Benchmark]
    public object? FindNobodys() => _table.FindIPv4(Next() ^ 0x80000000);

    /// <summary>One prefix given and published, taken away and published.</summary>
    [Benchmark]
    public void AddAndRemove()
    {
        AllowedIpPrefix prefix = new(Base + (uint)Prefixes + 77, 32, IsIPv4: true);
        using AllowedIpTable<Peer>.EditSession edit = _table.Edit();
        edit.Add(prefix, _owner);
        edit.Publish();
        edit.Remove(prefix, _owner);
    }

    private static AllowedIpPrefix Host(uint address) => new(address, 32, IsIPv4: true);

    private uint Next() => _addresses[_next++ & (Asked - 1)];
}
