using Apex.Vpn.Routing.Latency.Profiles;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Latency.Profiles;

public sealed class ProfileBuilderTests
{
    [Property(MaxTest = 60)]
    public bool No_cluster_is_smaller_than_k_and_every_user_is_in_one(int seed, byte users, byte k, byte missing)
    {
        (ProfileBuilder builder, double[][] measured, int minMembers) = Draw(seed, users, k, missing);

        builder.Build();

        int[] members = [.. builder.Clusters.SelectMany(static cluster => cluster)];
        int measuring = measured.Count(static user => user.Any(static rtt => !double.IsNaN(rtt)));
        return builder.Clusters.All(cluster => cluster.Length >= minMembers)
            && members.Distinct().Count() == members.Length
            && members.Length == (measuring >= minMembers ? measuring : 0);
    }

    [Property(MaxTest = 60)]
    public bool A_published_value_is_the_median_of_k_or_more_users_or_nothing(int seed, byte users, byte k, byte missing)
    {
        (ProfileBuilder builder, double[][] measured, int minMembers) = Draw(seed, users, k, missing);
        double[][] measuring = [.. measured.Where(static user => user.Any(static rtt => !double.IsNaN(rtt)))];

        LatencyProfiles profiles = builder.Build();

        for (int cluster = 0; cluster < profiles.Clusters; cluster++)
        {
            for (int site = 0; site < profiles.Sites.Count; site++)
            {
                double[] sorted = [.. builder.Clusters[cluster].Select(user => measuring[user][site]).Where(static rtt => !double.IsNaN(rtt)).Order()];
                double published = profiles.MedianOf(cluster, site);
                if (sorted.Length < minMembers ? !double.IsNaN(published) : !IsMedian(published, sorted)) return false;
            }
        }
        return true;
    }

    // With k - 1 others a user is hidden: one more or less moves the median to a neighbour's value at most.
    [Property(MaxTest = 40)]
    public bool Removing_a_user_changes_the_mesh_in_nothing_and_leaves_no_cluster_below_k(int seed, byte users, byte k)
    {
        (ProfileBuilder with, double[][] measured, int minMembers) = Draw(seed, users, k, missing: 0);
        (ProfileBuilder without, double[][] _, int _) = Draw(seed, users, k, missing: 0, leaveOut: measured.Length / 2);
        LatencyProfiles all = with.Build(), fewer = without.Build();

        bool sameMesh = Enumerable.Range(0, all.Sites.Count).All(one =>
            Enumerable.Range(0, all.Sites.Count).All(other => all.RttBetween(one, other).Equals(fewer.RttBetween(one, other))));

        return sameMesh && without.Clusters.All(cluster => cluster.Length >= minMembers);
    }

    [Fact]
    public void A_user_in_a_cluster_moves_its_median_no_farther_than_to_the_next_member()
    {
        var world = new TestWorld(1, seed: 1);
        double[] rtts = [10, 20, 30, 40, 50, 60];
        LatencyProfiles all = Build(rtts), fewer = Build(rtts[..^1]);

        Assert.Equal(1, all.Clusters);
        Assert.Equal(1, fewer.Clusters);
        Assert.InRange(all.MedianOf(0, 0), 30, 40);
        Assert.Equal(30, fewer.MedianOf(0, 0), tolerance: 0.5);

        LatencyProfiles Build(double[] users)
        {
            var builder = new ProfileBuilder(world.Places, world.Mesh, minMembers: 5);
            foreach (double rtt in users) builder.AddUser([rtt]);
            return builder.Build();
        }
    }

    [Property(MaxTest = 20)]
    public bool The_same_measurements_make_the_same_bytes(int seed, byte users, byte k, byte missing) =>
        Bytes(Draw(seed, users, k, missing).Builder.Build()).SequenceEqual(Bytes(Draw(seed, users, k, missing).Builder.Build()));

    [Fact]
    public void Too_few_users_are_not_told_of()
    {
        var world = new TestWorld(6, seed: 3);

        Assert.Equal(0, world.BuildProfiles(users: 19, minMembers: 20).Clusters);
        Assert.Equal(1, world.BuildProfiles(users: 20, minMembers: 20).Clusters);
    }

    [Fact]
    public void Clusters_grow_where_users_did_not_measure_everything()
    {
        (ProfileBuilder full, _, _) = Draw(seed: 5, users: 200, k: 0, missing: 0);
        (ProfileBuilder sparse, _, int minMembers) = Draw(seed: 5, users: 200, k: 0, missing: 60);
        full.Build();
        LatencyProfiles profiles = sparse.Build();

        Assert.True(sparse.Clusters.Count < full.Clusters.Count);
        int known = Enumerable.Range(0, profiles.Clusters).Sum(cluster =>
            Enumerable.Range(0, profiles.Sites.Count).Count(site => !double.IsNaN(profiles.MedianOf(cluster, site))));
        Assert.True(known >= 0.85 * profiles.Clusters * profiles.Sites.Count, $"{known} cells of {profiles.Clusters} clusters with k = {minMembers}");
    }

    [Fact]
    public void The_shorter_direction_of_the_mesh_counts_and_what_is_missing_stays_so()
    {
        var world = new TestWorld(3, seed: 1);
        double[] mesh = [0, 40, double.NaN, 30, 0, double.NaN, 25, double.NaN, 0];

        LatencyProfiles profiles = new ProfileBuilder(world.Places, mesh, 5).Build();

        Assert.Equal(30, profiles.RttBetween(0, 1), tolerance: 0.5);
        Assert.Equal(25, profiles.RttBetween(0, 2), tolerance: 0.5);
        Assert.Equal(double.NaN, profiles.RttBetween(1, 2));
        Assert.Equal(profiles.RttBetween(0, 1), profiles.RttBetween(1, 0));
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        var world = new TestWorld(3, seed: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => new ProfileBuilder(world.Places, world.Mesh, minMembers: 4));
        Assert.Throws<ArgumentException>(() => new ProfileBuilder(world.Places, world.Mesh.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => new ProfileBuilder([], []));
        Assert.Throws<ArgumentException>(() => new ProfileBuilder([world.Places[0] with { City = "" }], [0]));
        Assert.Throws<ArgumentException>(() => new ProfileBuilder([world.Places[0] with { City = new string('x', 256) }], [0]));
        Assert.Throws<ArgumentException>(() => new ProfileBuilder(world.Places, world.Mesh).AddUser([1, 2]));
    }

    private static (ProfileBuilder Builder, double[][] Measured, int MinMembers) Draw(int seed, byte users, byte k, byte missing, int leaveOut = -1)
    {
        var world = new TestWorld(8, seed);
        int minMembers = 5 + (k % 20);
        var builder = new ProfileBuilder(world.Places, world.Mesh, minMembers);
        var measured = new List<double[]>();
        for (int user = 0; user < users; user++)
        {
            double[] rtts = [.. world.DrawUser().Select(rtt => world.Draw() < missing / 256.0 ? double.NaN : rtt)];
            measured.Add(rtts);
            if (user != leaveOut) builder.AddUser(rtts);
        }
        return (builder, [.. measured], minMembers);
    }

    // One byte is off by half a step, and the middle of two values is taken on the scale of the bytes.
    private static bool IsMedian(double published, double[] sorted) =>
        published >= sorted[(sorted.Length - 1) / 2] - Step(published) && published <= sorted[sorted.Length / 2] + Step(published);

    private static double Step(double milliseconds) => 0.024 * (milliseconds + 3);

    private static byte[] Bytes(LatencyProfiles profiles)
    {
        byte[] bytes = new byte[profiles.EncodedBytes];
        Assert.Equal(bytes.Length, profiles.Write(bytes));
        return bytes;
    }
}
