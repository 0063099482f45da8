using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class RevocationListTests : IDisposable
{
    private readonly TestFleet _fleet = new();

    [Fact]
    public void A_list_is_read_as_it_was_signed()
    {
        UInt128[] serials = [UInt128.MaxValue, 7, 3, 7];
        var signed = RevocationList.Sign(_fleet.Authority, serials, 42, TestFleet.Now);

        Assert.True(RevocationList.TryRead(signed.Bytes.Span, _fleet.Bundle, out RevocationList? read));
        Assert.Equal((42UL, 3, TestFleet.Now), (read.Sequence, read.Count, read.Issued));
        Assert.All(serials, serial => Assert.True(read.Contains(serial)));
        Assert.All(new UInt128[] { 0, 4, 8, UInt128.MaxValue - 1 }, serial => Assert.False(read.Contains(serial)));
    }

    [Fact]
    public void An_empty_list_revokes_nothing()
    {
        var list = RevocationList.Sign(_fleet.Authority, [], 1, TestFleet.Now);

        Assert.True(RevocationList.TryRead(list.Bytes.Span, _fleet.Bundle, out RevocationList? read));
        Assert.False(read.Contains(0));
    }

    [Fact]
    public void Only_the_bundle_is_believed()
    {
        using var other = new TestFleet();
        var list = RevocationList.Sign(other.Authority, [1], 1, TestFleet.Now);

        Assert.False(RevocationList.TryRead(list.Bytes.Span, _fleet.Bundle, out _));
    }

    [Fact]
    public void No_bit_can_be_changed_and_nothing_cut()
    {
        byte[] bytes = RevocationList.Sign(_fleet.Authority, [1, 2, 3], 9, TestFleet.Now).Bytes.ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x10;
            Assert.False(RevocationList.TryRead(changed, _fleet.Bundle, out _));
            Assert.False(RevocationList.TryRead(bytes.AsSpan(0, i), _fleet.Bundle, out _));
        }
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception()
    {
        var random = new Random(11);
        byte[] valid = RevocationList.Sign(_fleet.Authority, [1, 2, 3], 9, TestFleet.Now).Bytes.ToArray();
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            valid.AsSpan(0, Math.Min(bytes.Length, random.Next(30))).CopyTo(bytes);
            Assert.False(RevocationList.TryRead(bytes, _fleet.Bundle, out _));
        }
    }

    [Fact]
    public void A_list_is_bounded()
    {
        IEnumerable<UInt128> many = Enumerable.Range(0, RevocationList.MaxCount + 1).Select(static i => (UInt128)i);
        Assert.Throws<ArgumentException>(() => RevocationList.Sign(_fleet.Authority, many, 1, TestFleet.Now));

        var largest = RevocationList.Sign(_fleet.Authority, many.Take(RevocationList.MaxCount), 1, TestFleet.Now);
        Assert.True(RevocationList.TryRead(largest.Bytes.Span, _fleet.Bundle, out RevocationList? read));
        Assert.True(read.Contains(65_535));
    }

    public void Dispose() => _fleet.Dispose();
}
