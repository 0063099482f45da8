using Apex.Vpn.Fleet.Health;

namespace Apex.Vpn.Fleet.Tests.Health;

public sealed class VantageSelectorTests
{
    [Fact]
    public void Vantages_share_neither_city_nor_provider_with_the_node_or_each_other()
    {
        List<WatchedNode> nodes = Fleet(count: 500, cities: 50, providers: 8);
        var selector = new VantageSelector(1);
        for (int i = 0; i < 500; i++)
        {
            WatchedNode[] all = [nodes[i], .. selector.Choose(nodes, nodes[i], i)];
            Assert.Equal(4, all.Length);
            Assert.Equal(4, all.Select(static node => node.City).Distinct().Count());
            Assert.Equal(4, all.Select(static node => node.Provider).Distinct().Count());
        }
    }

    [Fact]
    public void Only_healthy_nodes_are_asked()
    {
        List<WatchedNode> nodes = Fleet(count: 200, cities: 20, providers: 8);
        for (int i = 0; i < 200; i++)
        {
            if (i % 3 == 0) nodes[i].Health = NodeHealth.Suspect;
            if (i % 3 == 1) nodes[i].IsSilent = true;
        }
        var selector = new VantageSelector(1);
        for (int i = 0; i < 200; i++) Assert.All(selector.Choose(nodes, nodes[i], 1).ToArray(), node => Assert.Equal(2, node.Index % 3));
    }

    [Fact]
    public void The_choice_is_repeatable_differs_by_round_and_spreads()
    {
        List<WatchedNode> nodes = Fleet(count: 100, cities: 20, providers: 8);
        var asked = new int[100];
        int sameNext = 0, sameSeed = 0;
        for (int round = 0; round < 1000; round++)
        {
            int[] once = Indices(1, round), again = Indices(1, round), otherSeed = Indices(2, round), next = Indices(1, round + 1);
            Assert.Equal(once, again);
            sameNext += once.SequenceEqual(next) ? 1 : 0;
            sameSeed += once.SequenceEqual(otherSeed) ? 1 : 0;
            foreach (int index in once) asked[index]++;
        }
        Assert.True(sameNext < 50 && sameSeed < 50, $"{sameNext} rounds ask whom the one before asked, {sameSeed} whom another seed asks");
        Assert.Equal(0, asked[5]);
        Assert.True(asked.Count(static times => times > 0) > 60);
        Assert.True(asked.Max() < 150);

        int[] Indices(ulong seed, int round) => [.. new VantageSelector(seed).Choose(nodes, nodes[5], round).ToArray().Select(static node => node.Index)];
    }

    [Fact]
    public void Demands_fall_where_they_cannot_be_met()
    {
        List<WatchedNode> oneProvider = Fleet(count: 40, cities: 10, providers: 1);
        WatchedNode[] all = [oneProvider[0], .. new VantageSelector(1).Choose(oneProvider, oneProvider[0], 1)];
        Assert.Equal(4, all.Select(static node => node.City).Distinct().Count());

        List<WatchedNode> oneCity = Fleet(count: 4, cities: 1, providers: 1);
        all = [oneCity[0], .. new VantageSelector(1).Choose(oneCity, oneCity[0], 1)];
        Assert.Equal(4, all.Distinct().Count());

        List<WatchedNode> alone = Fleet(count: 1, cities: 1, providers: 1);
        Assert.True(new VantageSelector(1).Choose(alone, alone[0], 1).IsEmpty);
    }

    private static List<WatchedNode> Fleet(int count, int cities, int providers) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
            new WatchedNode(new Guid(i + 1, 0, 0, new byte[8]), 1, i * cities / count, i % providers, new PhiAccrual(HealthMonitor.Interval, TimeSpan.Zero, 2))
            {
                Index = i,
            }),
    ];
}
