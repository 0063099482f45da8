using Apex.Vpn.Routing.Directory;
using Apex.Vpn.Routing.Latency.Profiles;
using FsCheck.Xunit;

namespace Apex.Vpn.Routing.Tests.Latency.Profiles;

public sealed class LatencyProfilesTests
{
    private static readonly Place Zurich = new("Zürich", CountryCode.Parse("CH"), new GeoPoint(47.37, 8.55));
    private static readonly Place Nowhere = new("Nowhere", default, new GeoPoint(double.NaN, double.NaN));

    [Fact]
    public void Reading_gives_back_what_was_written()
    {
        var builder = new ProfileBuilder([Zurich, Nowhere], [0, 12, 12, 0], minMembers: 5);
        for (int user = 0; user < 12; user++) builder.AddUser([user, 100 - user]);
        LatencyProfiles written = builder.Build();

        Assert.True(LatencyProfiles.TryRead(Bytes(written), out LatencyProfiles? read));

        Assert.Equal([Zurich, Nowhere], read.Sites);
        Assert.Equal(5, read.MinMembers);
        Assert.Equal(2, read.Clusters);
        Assert.Equal(written.RttBetween(0, 1), read.RttBetween(0, 1));
        for (int cluster = 0; cluster < 2; cluster++)
        {
            for (int site = 0; site < 2; site++) Assert.Equal(written.MedianOf(cluster, site), read.MedianOf(cluster, site));
        }
    }

    // The first version, for ever: what was signed once must be read by all later ones.
    [Fact]
    public void Bytes_of_version_1_are_read()
    {
        byte[] version1 =
        [
            1, 0, 2, 0, 1, 0, 20,
            (byte)'C', (byte)'H', 0x12, 0x81, 0x03, 0x57, 7, (byte)'Z', 0xC3, 0xBC, (byte)'r', (byte)'i', (byte)'c', (byte)'h',
            0, 0, 0x80, 0, 0x80, 0, 1, (byte)'N',
            100, 50, 255,
        ];

        Assert.True(LatencyProfiles.TryRead(version1, out LatencyProfiles? profiles));

        Assert.Equal([Zurich, Nowhere with { City = "N" }], profiles.Sites);
        Assert.Equal(20, profiles.MinMembers);
        Assert.Equal(26.6, profiles.RttBetween(0, 1), tolerance: 0.1);
        Assert.Equal(6.4, profiles.MedianOf(0, 0), tolerance: 0.1);
        Assert.Equal(double.NaN, profiles.MedianOf(0, 1));
        Assert.Equal(version1, Bytes(profiles));
    }

    [Fact]
    public void A_version_that_is_not_known_is_refused()
    {
        byte[] bytes = Bytes(new TestWorld(4, seed: 1).BuildProfiles(10, 5));
        Assert.True(LatencyProfiles.TryRead(bytes, out _));

        bytes[0] = 2;

        Assert.False(LatencyProfiles.TryRead(bytes, out _));
    }

    [Property(MaxTest = 300)]
    public bool Any_bytes_are_refused_or_read_and_never_throw(byte[] bytes)
    {
        byte[] versioned = [1, .. bytes];
        return LatencyProfiles.TryRead(versioned, out LatencyProfiles? profiles) == (profiles is not null)
            && (profiles is null || profiles.EncodedBytes > 0);
    }

    [Property(MaxTest = 300)]
    public bool Damaged_bytes_are_refused_or_read_and_never_throw(int seed, ushort position, byte value, byte cut)
    {
        byte[] bytes = Bytes(new TestWorld(5, seed: 1).BuildProfiles(20, 5));
        bytes[position % bytes.Length] = value;
        ReadOnlySpan<byte> damaged = seed % 2 == 0 ? bytes : bytes.AsSpan(..^Math.Min(1 + cut, bytes.Length));
        if (!LatencyProfiles.TryRead(damaged, out LatencyProfiles? profiles)) return true;
        // What is read works: no index in it leads anywhere else.
        (int best, _) = TestWorld.Decide(new LatencyPredictor(profiles), [.. Enumerable.Range(1, profiles.Sites.Count).Select(static i => 10.0 * i)]);
        return best >= 0 && damaged.Length == bytes.Length;
    }

    [Fact]
    public void A_head_that_promises_more_than_there_is_allocates_nothing_for_it()
    {
        byte[] bytes = new byte[1000];
        (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[6]) = (1, 0x07, 0xD0, 0x27, 0x10, 20); // 2000 sites, 10 000 clusters
        LatencyProfiles.TryRead(bytes, out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool read = LatencyProfiles.TryRead(bytes, out _);

        Assert.False(read);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_profile_takes_a_byte_per_site()
    {
        var world = new TestWorld(60, seed: 1);
        LatencyProfiles one = world.BuildProfiles(20, 20), two = world.BuildProfiles(40, 20);

        Assert.Equal((1, 2), (one.Clusters, two.Clusters));
        Assert.Equal(60, two.EncodedBytes - one.EncodedBytes);
        Assert.InRange(one.EncodedBytes, 60 * 59 / 2, (60 * 59 / 2) + (60 * 20));
        Assert.Throws<ArgumentException>(() => one.Write(new byte[one.EncodedBytes - 1]));
    }

    [Fact]
    public void Codes_are_as_exact_as_they_say()
    {
        Assert.Equal(RttCode.Unknown, RttCode.Encode(double.NaN));
        Assert.Equal(RttCode.Unknown, RttCode.Encode(-1));
        Assert.Equal(float.NaN, RttCode.Decode(RttCode.Unknown));
        Assert.Equal(0, RttCode.Decode(RttCode.Encode(0)));
        Assert.Equal(RttCode.Encode(RttCode.Longest), RttCode.Encode(1e9));
        for (double rtt = 0; rtt <= RttCode.Longest; rtt += 0.37)
            Assert.InRange(Math.Abs(RttCode.Decode(RttCode.Encode(rtt)) - rtt), 0, 0.0117 * (rtt + RttCode.Knee));
    }

    private static byte[] Bytes(LatencyProfiles profiles)
    {
        byte[] bytes = new byte[profiles.EncodedBytes];
        Assert.Equal(bytes.Length, profiles.Write(bytes));
        return bytes;
    }
}
