using System.Net;
using Apex.Vpn.Fleet.Peers;
using Apex.Vpn.Protocol.Admission;
using FsCheck.Xunit;

namespace Apex.Vpn.Fleet.Tests.Peers;

public sealed class DeviceIndexTests
{
    private readonly DeviceIndex _index = new();

    [Fact]
    public void A_device_is_granted_what_was_added()
    {
        _index.Add(Devices.Key(1), Devices.Grant(1));

        Assert.Equal(GrantAnswer.Granted, _index.Look(Devices.Key(1), out DeviceGrant grant));
        Assert.Equal(Devices.Grant(1), grant);
        Assert.Equal(GrantAnswer.Unknown, _index.Look(Devices.Key(2), out grant));
        Assert.Equal(default, grant);
    }

    [Fact]
    public void A_revoked_device_stays_known_and_can_come_back()
    {
        _index.Add(Devices.Key(1), Devices.Grant(1));

        Assert.True(_index.Revoke(Devices.Key(1)));
        Assert.False(_index.Revoke(Devices.Key(2)));
        Assert.Equal(GrantAnswer.Revoked, _index.Look(Devices.Key(1), out DeviceGrant grant));
        Assert.Equal(default, grant);
        Assert.Equal(1, _index.Count);

        _index.Add(Devices.Key(1), Devices.Grant(1, round: 1));
        Assert.Equal(GrantAnswer.Granted, _index.Look(Devices.Key(1), out grant));
        Assert.Equal(Devices.Grant(1, round: 1), grant);
        Assert.True(_index.Remove(Devices.Key(1)));
        Assert.False(_index.Remove(Devices.Key(1)));
        Assert.Equal(GrantAnswer.Unknown, _index.Look(Devices.Key(1), out _));
        Assert.Equal(0, _index.Count);
    }

    // Against a dictionary: whatever is added, revoked and removed, in whatever order, from few enough keys that they meet.
    [Property(MaxTest = 200)]
    public bool It_does_what_a_dictionary_does((byte Key, byte What)[] steps)
    {
        var index = new DeviceIndex();
        var model = new Dictionary<int, (GrantAnswer Answer, DeviceGrant Grant)>();
        for (int i = 0; i < steps.Length; i++)
        {
            int key = steps[i].Key % 48;
            switch (steps[i].What % 4)
            {
                case 0 or 1:
                    index.Add(Devices.Key(key), Devices.Grant(key, i));
                    model[key] = (GrantAnswer.Granted, Devices.Grant(key, i));
                    break;
                case 2:
                    if (index.Revoke(Devices.Key(key)) != model.ContainsKey(key)) return false;
                    if (model.ContainsKey(key)) model[key] = (GrantAnswer.Revoked, default);
                    break;
                default:
                    if (index.Remove(Devices.Key(key)) != model.Remove(key)) return false;
                    break;
            }
        }
        return index.Count == model.Count && Enumerable.Range(0, 48).All(key =>
        {
            GrantAnswer answer = index.Look(Devices.Key(key), out DeviceGrant grant);
            return (answer, grant) == model.GetValueOrDefault(key);
        });
    }

    [Fact]
    public void A_hundred_thousand_devices_come_and_go()
    {
        const int Count = 100_000;
        for (int i = 0; i < Count; i++) _index.Add(Devices.Key(i), Devices.Grant(i));
        for (int i = 0; i < Count; i += 3) Assert.True(_index.Remove(Devices.Key(i)));

        Assert.Equal(Count - 33_334, _index.Count);
        for (int i = 0; i < Count; i++)
        {
            GrantAnswer answer = _index.Look(Devices.Key(i), out DeviceGrant grant);
            Assert.Equal(i % 3 == 0 ? (GrantAnswer.Unknown, default) : (GrantAnswer.Granted, Devices.Grant(i)), (answer, grant));
        }
        for (int i = 0; i < Count; i++) _index.Remove(Devices.Key(i));
        Assert.Equal(0, _index.Count);
        for (int i = 0; i < Count; i++) Assert.Equal(GrantAnswer.Unknown, _index.Look(Devices.Key(i), out _));
    }

    // The target is 200 bytes a device.
    [Fact]
    public void A_device_takes_54_bytes_at_most()
    {
        var reserved = new DeviceIndex();
        reserved.Reserve(1_000_000);
        for (int i = 0; i < 50_000; i++) _index.Add(Devices.Key(i), Devices.Grant(i));

        Assert.InRange(reserved.MemoryBytes / 1_000_000.0, 43, 46);
        Assert.InRange(_index.MemoryBytes / 50_000.0, 42, 54);
        Assert.Throws<ArgumentOutOfRangeException>(() => reserved.Reserve(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => reserved.Reserve(800_000_000));
    }

    [Fact]
    public void Lookups_allocate_nothing()
    {
        for (int i = 0; i < 1000; i++) _index.Add(Devices.Key(i), Devices.Grant(i));
        _index.Look(Devices.Key(1), out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 2000; i++) _index.Look(Devices.Key(i), out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Four keys never change, others come and go around them and push them about, and the table grows: whoever reads meanwhile finds the
    // four, always, and whole grants. Twelve keys in sixteen places lie so close that many a change moves one of the four.
    [Theory]
    [InlineData(12, 1_000_000, false)]
    [InlineData(600, 150_000, true)]
    public void Readers_see_whole_grants_while_one_writes(int keys, int rounds, bool grows)
    {
        for (int i = 0; i < 4; i++) _index.Add(Devices.Key(i), Devices.Grant(i));
        int stop = 0;
        string?[] failures = new string?[2];
        long[] reads = new long[2];
        Thread[] readers =
        [
            .. Enumerable.Range(0, 2).Select(reader => new Thread(() =>
            {
                for (int n = 0; Volatile.Read(ref stop) == 0 && failures[reader] is null; n++)
                {
                    int key = n % (grows ? keys : 4);
                    GrantAnswer answer = _index.Look(Devices.Key(key), out DeviceGrant grant);
                    bool isRight = answer == GrantAnswer.Granted && grant == Devices.Grant(key);
                    if (key < 4 && !isRight) failures[reader] = $"lost {key}: {answer}";
                    if (answer == GrantAnswer.Granted && !Devices.IsWhole(in grant)) failures[reader] = $"torn {key}";
                    Volatile.Write(ref reads[reader], n);
                }
            })),
        ];
        foreach (Thread reader in readers) reader.Start();
        var random = new Random(8);
        for (int round = 0; round < rounds || reads.Any(static n => n < 5000); round++)
        {
            if (Array.Exists(failures, static failure => failure is not null)) break;
            int key = random.Next(4, keys);
            bool removed = _index.Remove(Devices.Key(key));
            if (!grows || !removed) _index.Add(Devices.Key(key), Devices.Grant(key, round));
            if (grows && round % 1000 == 0) _index.Reserve(random.Next(500, 3000));
        }
        Volatile.Write(ref stop, 1);
        foreach (Thread reader in readers) reader.Join();

        Assert.All(failures, Assert.Null);
    }

    // What the threads above meet once in a blue moon.
    [Fact]
    public async Task A_reader_that_meets_a_change_waits_for_its_end()
    {
        _index.Add(Devices.Key(1), Devices.Grant(1));
        _index.BeginChange();

        var reader = Task.Run(() => _index.Look(Devices.Key(1), out _));
        await Assert.ThrowsAsync<TimeoutException>(() => reader.WaitAsync(TimeSpan.FromMilliseconds(100)));

        _index.EndChange();
        Assert.Equal(GrantAnswer.Granted, await reader);
    }

    [Fact]
    public async Task An_engine_gets_its_answers()
    {
        _index.Add(Devices.Key(1), new DeviceGrant(0x0a400002, 0x1236, 1, 7, 0));
        _index.Add(Devices.Key(2), new DeviceGrant(0x0a400003, 0, 1, 7, 0));
        _index.Add(Devices.Key(3), new DeviceGrant(0x0a400004, 0, 1, 7, 0));
        _index.Revoke(Devices.Key(3));
        var authorizer = new DeviceIndexAuthorizer(_index, IPNetwork.Parse("fd00:a:b:c::/64"));

        PeerGrant? first = await Ask(1), second = await Ask(2);

        Assert.Equal(["10.64.0.2/32", "fd00:a:b:c::1236/128"], first!.AllowedIPs.Select(static prefix => prefix.ToString()));
        Assert.Equal(7, first.Class);
        Assert.Equal(["10.64.0.3/32"], second!.AllowedIPs.Select(static prefix => prefix.ToString()));
        Assert.Null(await Ask(3));
        Assert.Null(await Ask(4));
        Assert.Throws<ArgumentException>(() => new DeviceIndexAuthorizer(_index, IPNetwork.Parse("10.0.0.0/8")));

        ValueTask<PeerGrant?> Ask(int key) => authorizer.AuthorizeAsync(new PeerRequest(Devices.Key(key), default), default);
    }
}
