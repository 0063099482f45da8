using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;
using Xunit.Abstractions;

namespace Apex.Vpn.Protocol.Tests.Admission;

/// <summary>A hundred thousand registered keys, of which two thousand come and go.</summary>
[Collection(Alone.Name)]
public sealed class AdmissionScaleTests(ITestOutputHelper output)
{
    private const int Registered = 100_000;
    private const int Active = 2_000;
    private const int Rounds = 3;

    [Fact]
    public void Each_connect_takes_one_lookup_at_most_and_memory_returns_to_its_floor()
    {
        SeededRandom random = new(3);
        var clerk = new Clerk { Latency = () => TimeSpan.FromMilliseconds(5) + random.Jitter(TimeSpan.FromMilliseconds(45)) };
        using var house = new Gatehouse(new NodeOptions { Clerk = clerk });
        house.World.Records = false;
        byte[] key = new byte[PublicKey.Size];
        for (int i = Active; i < Registered; i++)
        {
            random.Fill(key);
            clerk.Grant(new PublicKey(key), $"10.{1 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}/32");
        }
        HandPeer[] clients = [.. Enumerable.Range(0, Active).Select(i => house.Client($"10.1.{i >> 8}.{i & 255}/32"))];
        house.Node.RunControl();
        long floor = Memory();
        long most = 0;
        for (int round = 1; round <= Rounds; round++)
        {
            foreach (HandPeer client in clients)
                house.World.Later(random.Jitter(TimeSpan.FromMinutes(3)), () => client.Deliver(client.Initiation()));
            house.Run(181);
            Assert.Equal(round * Active, house.Node.Events.Admitted.Count); // all of them at the first try
            Assert.InRange(clerk.Asked.Count, Active, round * Active);
            Assert.Equal(Active, house.Node.Engine.PeerCount);
            Assert.Equal(Active, house.Node.Engine.Context.Wheel.Count); // one deadline each, in the wheel of all peers
            most = Math.Max(most, Memory() - floor);
            house.Run(400);
            Assert.Equal(0, house.Node.Engine.PeerCount);
        }
        foreach (HandPeer client in clients) Assert.InRange(clerk.CountAsked(client.PublicKey), 1, Rounds);
        house.Run(GrantCache.Lifetime.TotalSeconds);

        EngineContext context = house.Node.Engine.Context;
        Assert.Equal((0, 0, 0), (context.Keys.Live, context.HandshakeSecrets.Live, context.Indices.Count));
        var status = house.Admission.Status;
        Assert.Equal((0, 0, 0, 0, 0), (status.AdmittedPeers, status.ParkedInitiations, status.OpenLookups, status.CachedGrants, status.QuarantinedPeers));
        Assert.Equal(Active, status.ReplayMarks);
        Assert.Equal(Instant.Eternity, house.Node.NextDeadline(house.World.Now));
        clerk.Asked.Clear();
        clerk.Asked.TrimExcess();
        house.Node.Events.Forget();
        long left = Memory() - floor;
        output.WriteLine($"with {Active} peers {most / 1024} KB above the floor, at the end {left / 1024} KB");
        // What stays are the marks, and the slabs and tables as large as they were needed.
        Assert.InRange(left, long.MinValue, 2_000_000);
        Assert.InRange(left, long.MinValue, most / 2);
    }

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);
}
