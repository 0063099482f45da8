using System.Buffers.Binary;
using Apex.Vpn.Fleet.Peers;
using Apex.Vpn.Fleet.Tests.Identity;

namespace Apex.Vpn.Fleet.Tests.Peers;

public sealed class MembershipFilterTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 16).Select(static i => (byte)i)];
    private static readonly DateTimeOffset Now = TestFleet.Now;

    private readonly TestFleet _fleet = new();

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void No_member_is_kept_out_and_one_stranger_in_hundreds_passes(int members)
    {
        MembershipFilter filter = Create(members);
        for (int i = 0; i < members; i++) filter.Add(Devices.Key(i));

        for (int i = 0; i < members; i++) Assert.True(filter.MayBeMember(Devices.Key(i)));
        const int Strangers = 200_000;
        double passed = Enumerable.Range(members, Strangers).Count(i => filter.MayBeMember(Devices.Key(i))) / (double)Strangers;
        Assert.InRange(passed, 0, 1 / 800.0); // 1 in 1100 when it is as full as it was made for
    }

    [Fact]
    public void An_empty_filter_lets_nobody_pass()
    {
        MembershipFilter filter = Create(0);

        for (int i = 0; i < 1000; i++) Assert.False(filter.MayBeMember(Devices.Key(i)));
    }

    [Fact]
    public void A_filter_is_read_as_it_was_signed_and_members_join_later()
    {
        MembershipFilter filter = Create(100);
        for (int i = 0; i < 100; i++) filter.Add(Devices.Key(i));

        Assert.Equal(FilterVerdict.Good, Read(filter.Sign(_fleet.Authority), out MembershipFilter? read));

        Assert.Equal((5UL, 100, Now, Now.AddHours(6)), (read!.Sequence, read.Count, read.Issued, read.NotAfter));
        for (int i = 0; i < 100; i++) Assert.True(read.MayBeMember(Devices.Key(i)));
        Assert.False(read.MayBeMember(Devices.Key(101)));
        read.Add(Devices.Key(101));
        Assert.True(read.MayBeMember(Devices.Key(101)));
        Assert.Equal(101, read.Count);
    }

    [Fact]
    public void Only_what_is_signed_newer_in_time_and_the_regions_is_taken()
    {
        byte[] bytes = Create(10).Sign(_fleet.Authority);
        using var other = new TestFleet();

        Assert.Equal(FilterVerdict.Untrusted, MembershipFilter.Read(bytes, Key, other.Bundle, 0, Now, out _));
        Assert.Equal(FilterVerdict.OtherKey, MembershipFilter.Read(bytes, new byte[16], _fleet.Bundle, 0, Now, out _));
        Assert.Equal(FilterVerdict.NotNewer, MembershipFilter.Read(bytes, Key, _fleet.Bundle, 5, Now, out _));
        Assert.Equal(FilterVerdict.Good, MembershipFilter.Read(bytes, Key, _fleet.Bundle, 4, Now, out _));
        Assert.Equal(
            FilterVerdict.Expired, MembershipFilter.Read(bytes, Key, _fleet.Bundle, 0, Now.AddHours(6), out MembershipFilter? filter));
        Assert.Null(filter);
        Assert.Throws<ArgumentException>(() => MembershipFilter.Read(bytes, new byte[15], _fleet.Bundle, 0, Now, out _));
    }

    // One list must not serve as another kind of list, though the same key signed both.
    [Fact]
    public void A_signature_is_for_one_kind_of_list()
    {
        byte[] bytes = Create(10).Sign(_fleet.Authority);
        int signed = bytes.Length - 64;

        Assert.True(_fleet.Bundle.VerifyList("membership"u8, bytes.AsSpan(0, signed), bytes.AsSpan(signed)));
        Assert.False(_fleet.Bundle.VerifyList("revocation"u8, bytes.AsSpan(0, signed), bytes.AsSpan(signed)));
        Assert.False(_fleet.Bundle.VerifyList("membership"u8, bytes.AsSpan(0, signed), default));
    }

    [Fact]
    public void No_byte_can_be_changed_and_nothing_cut()
    {
        byte[] bytes = Create(10).Sign(_fleet.Authority);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x20;
            Assert.NotEqual(FilterVerdict.Good, Read(changed, out MembershipFilter? filter));
            Assert.Null(filter);
            Assert.Equal(FilterVerdict.Malformed, Read(bytes[..i], out _));
        }
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception_and_without_memory()
    {
        var random = new Random(404);
        byte[] valid = Create(10).Sign(_fleet.Authority);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            valid.AsSpan(0, Math.Min(bytes.Length, random.Next(50))).CopyTo(bytes);
            Assert.NotEqual(FilterVerdict.Good, Read(bytes, out _));
        }
        byte[] huge = [.. valid];
        BinaryPrimitives.WriteUInt32LittleEndian(huge.AsSpan(32), uint.MaxValue); // blocks
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(FilterVerdict.Malformed, Read(huge, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }

    [Fact]
    public void Questions_allocate_nothing()
    {
        MembershipFilter filter = Create(100);
        filter.MayBeMember(Devices.Key(0));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) filter.MayBeMember(Devices.Key(i));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public void Dispose() => _fleet.Dispose();

    private static MembershipFilter Create(int members) => MembershipFilter.Create(Key, members, sequence: 5, Now, TimeSpan.FromHours(6));

    private FilterVerdict Read(byte[] bytes, out MembershipFilter? filter) =>
        MembershipFilter.Read(bytes, Key, _fleet.Bundle, 0, Now, out filter);
}
