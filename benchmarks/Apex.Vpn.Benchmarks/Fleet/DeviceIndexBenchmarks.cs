using System.Security.Cryptography;
using Apex.Vpn.Fleet.Peers;
using Apex.Vpn.Protocol;
using BenchmarkDotNet.Attributes;

namespace Apex.Vpn.Benchmarks.Fleet;

/// <summary>What a control plane does for each question of a node: devices by public key.</summary>
[MemoryDiagnoser]
public class DeviceIndexBenchmarks
{
    private const int Asked = 4096;

    private readonly DeviceIndex _index = new();
    private readonly PublicKey[] _members = new PublicKey[Asked];
    private readonly PublicKey[] _strangers = new PublicKey[Asked];
    private readonly PublicKey _guest = Key();
    private PublicKey[] _all = [];
    private MembershipFilter _filter = null!;
    private int _next;

    [Params(100_000, 1_000_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _all = new PublicKey[Count];
        for (int i = 0; i < Count; i++) _all[i] = Key();
        _index.Reserve(Count);
        _filter = MembershipFilter.Create(new byte[MembershipFilter.KeySize], Count, 1, DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1));
        for (int i = 0; i < Count; i++)
        {
            _index.Add(_all[i], Grant(i));
            _filter.Add(_all[i]);
        }
        var random = new Random(1);
        for (int i = 0; i < Asked; i++) (_members[i], _strangers[i]) = (_all[random.Next(Count)], Key());
        double bytes = _index.MemoryBytes / (double)Count;
        Console.WriteLine($"// {bytes:F1} bytes a device; one stranger in {OneStrangerIn():F0} passes the filter");
    }

    [Benchmark(Baseline = true)]
    public GrantAnswer LookMember() => _index.Look(_members[_next++ & (Asked - 1)], out _);

    [Benchmark]
    public GrantAnswer LookStranger() => _index.Look(_strangers[_next++ & (Asked - 1)], out _);

    [Benchmark]
    public bool FilterMember() => _filter.MayBeMember(_members[_next++ & (Asked - 1)]);

    [Benchmark]
    public bool FilterStranger() => _filter.MayBeMember(_strangers[_next++ & (Asked - 1)]);

    /// <summary>An event of the feed: a device is revoked and comes back.</summary>
    [Benchmark]
    public void RevokeAndAdd()
    {
        PublicKey device = _members[_next++ & (Asked - 1)];
        _index.Revoke(device);
        _index.Add(device, Grant(1));
    }

    [Benchmark]
    public void AddAndRemove()
    {
        _index.Add(_guest, Grant(1));
        _index.Remove(_guest);
    }

    /// <summary>A replica starts: all devices into an empty index.</summary>
    [Benchmark]
    public int LoadSnapshot()
    {
        var index = new DeviceIndex();
        index.Reserve(Count);
        for (int i = 0; i < _all.Length; i++) index.Add(_all[i], Grant(i));
        return index.Count;
    }

    private double OneStrangerIn()
    {
        const int Strangers = 1_000_000;
        int passed = 0;
        for (int i = 0; i < Strangers; i++) passed += _filter.MayBeMember(Key()) ? 1 : 0;
        return Strangers / (double)passed;
    }

    private static DeviceGrant Grant(int number) => new((uint)number, (ulong)number, (uint)number, 1, 5);

    private static PublicKey Key() => new(RandomNumberGenerator.GetBytes(PublicKey.Size));
}
