using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class IdentityClaimsTests
{
    private static readonly Guid Node = new(1, 0, 0, new byte[8]), Other = new(2, 0, 0, new byte[8]);
    private readonly IdentityClaims _claims = new(maxNodes: 3);

    [Fact]
    public void A_node_that_beats_is_known()
    {
        Assert.Equal(ClaimVerdict.New, _claims.Hear(Node, Boot(1)));
        Assert.Equal(ClaimVerdict.Known, _claims.Hear(Node, Boot(1)));
    }

    [Fact]
    public void A_reboot_however_fast_is_no_alarm()
    {
        for (int boot = 1; boot <= 50; boot++) Assert.Equal(ClaimVerdict.New, _claims.Hear(Node, Boot(boot)));
        Assert.False(_claims.IsQuarantined(Node));
    }

    [Fact]
    public void Two_that_live_at_once_are_both_quarantined()
    {
        _claims.Hear(Node, Boot(1));
        _claims.Hear(Node, Boot(2));
        _claims.Hear(Other, Boot(1));

        Assert.Equal(ClaimVerdict.Duplicate, _claims.Hear(Node, Boot(1)));

        Assert.True(_claims.IsQuarantined(Node));
        Assert.False(_claims.IsQuarantined(Other));
        Assert.Equal(ClaimVerdict.Quarantined, _claims.Hear(Node, Boot(1)));
        Assert.Equal(ClaimVerdict.Quarantined, _claims.Hear(Node, Boot(2)));
        Assert.Equal(ClaimVerdict.Quarantined, _claims.Hear(Node, Boot(3)));
    }

    [Fact]
    public void Only_a_person_ends_the_quarantine()
    {
        _claims.Hear(Node, Boot(1));
        _claims.Hear(Node, Boot(2));
        _claims.Hear(Node, Boot(1));

        Assert.False(_claims.Forget(Node));
        Assert.True(_claims.IsQuarantined(Node));
        Assert.True(_claims.Release(Node));
        Assert.False(_claims.Release(Node));
        Assert.Equal(ClaimVerdict.New, _claims.Hear(Node, Boot(3)));
    }

    [Fact]
    public void There_is_room_for_so_many_nodes()
    {
        for (int i = 10; i < 13; i++) Assert.Equal(ClaimVerdict.New, _claims.Hear(new Guid(i, 0, 0, new byte[8]), Boot(1)));

        Assert.Equal(ClaimVerdict.TooManyNodes, _claims.Hear(Node, Boot(1)));
        Assert.True(_claims.Forget(new Guid(10, 0, 0, new byte[8])));
        Assert.Equal(ClaimVerdict.New, _claims.Hear(Node, Boot(1)));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new IdentityClaims(0));
    }

    private static Guid Boot(int number) => new(0, 0, 0, [0, 0, 0, 0, 0, 0, 0, (byte)number]);
}
