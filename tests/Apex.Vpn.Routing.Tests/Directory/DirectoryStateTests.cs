using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>Never older than what was seen, never after its time, and never by the wall clock.</summary>
public sealed class DirectoryStateTests
{
    private static readonly DateTimeOffset Start = Authority.Start;

    private readonly DirectoryState _state = new(Authority.Trusted);

    [Fact]
    public void A_client_never_goes_back_to_a_lower_version()
    {
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferList(List(5), null));
        Assert.Equal(DirectoryVerdict.Rollback, _state.OfferList(List(4), null));
        Assert.Equal(DirectoryVerdict.Unchanged, _state.OfferList(List(5), null));
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferList(List(6), null));
        Assert.Equal(DirectoryVerdict.Rollback, _state.OfferList(List(5), null));
        Assert.Equal(6, _state.List!.Version);
    }

    [Fact]
    public void Nor_after_it_was_closed()
    {
        _state.OfferList(List(5), null);
        _state.OfferStatus(Status(_state, 9), null);
        var again = new DirectoryState(Authority.Trusted, _state.Memory);

        Assert.False(again.CanChooseAt(null));
        Assert.Equal(DirectoryVerdict.Rollback, again.OfferList(List(4), null));
        Assert.Equal(DirectoryVerdict.Accepted, again.OfferList(List(5), null));
        Assert.True(again.CanChooseAt(null));
        Assert.Equal(DirectoryVerdict.Rollback, again.OfferStatus(Status(again, 8), null));
        Assert.Equal(DirectoryVerdict.Accepted, again.OfferStatus(Status(again, 9), null));
    }

    [Fact]
    public void Two_lists_of_one_version_are_a_conflict()
    {
        _state.OfferList(List(5), null);
        _state.OfferStatus(Status(_state, 3), null);

        Assert.Equal(DirectoryVerdict.Conflict, _state.OfferList(List(5, servers: 2), null));
        Assert.Equal(3, _state.List!.Servers.Count);
        Assert.Equal(DirectoryVerdict.Conflict, _state.OfferStatus(Status(_state, 3, Start.AddSeconds(1)), null));
    }

    [Fact]
    public void An_expired_list_is_held_and_chooses_no_server()
    {
        DateTimeOffset later = Start.AddDays(31);

        Assert.Equal(DirectoryVerdict.Expired, _state.OfferList(List(1), later));
        Assert.NotNull(_state.List);
        Assert.False(_state.CanChooseAt(later));
        Assert.True(_state.CanChooseAt(Start.AddDays(30)));
        Assert.False(_state.CanChooseAt(Start.AddDays(30).AddSeconds(1)));
    }

    [Fact]
    public void What_stops_moving_is_reported_as_frozen()
    {
        _state.OfferList(List(1), null);
        byte[] status = Status(_state, 1);
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferStatus(status, null));

        Assert.Equal(DirectoryVerdict.Unchanged, _state.OfferStatus(status, Start.AddSeconds(90)));
        Assert.NotNull(_state.StatusAt(Start.AddSeconds(90)));
        Assert.Equal(DirectoryVerdict.Frozen, _state.OfferStatus(status, Start.AddSeconds(91)));
        Assert.Null(_state.StatusAt(Start.AddSeconds(91)));
        Assert.Equal(DirectoryVerdict.Unchanged, _state.ListUnchanged(Start.AddDays(30)));
        Assert.Equal(DirectoryVerdict.Frozen, _state.ListUnchanged(Start.AddDays(31)));
        Assert.Equal(DirectoryVerdict.Frozen, _state.OfferList(List(1), Start.AddDays(31)));
        Assert.Equal(DirectoryVerdict.UnexpectedAnswer, _state.ProfilesUnchanged(Start));
    }

    [Fact]
    public void A_status_that_was_held_back_until_its_time_was_over_is_ignored()
    {
        _state.OfferList(List(1), null);
        _state.OfferStatus(Status(_state, 1), null);

        Assert.Equal(DirectoryVerdict.Expired, _state.OfferStatus(Status(_state, 2, Start.AddSeconds(10)), Start.AddSeconds(101)));
        Assert.Equal(1, _state.Status!.Sequence);
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferStatus(Status(_state, 2, Start.AddSeconds(11)), Start.AddSeconds(101)));
        Assert.Equal(DirectoryVerdict.Rollback, _state.OfferStatus(Status(_state, 1), Start.AddSeconds(101)));
    }

    [Fact]
    public void A_status_needs_its_list()
    {
        _state.OfferList(List(1), null);
        byte[] first = Status(_state, 1);
        Assert.Equal(DirectoryVerdict.OtherList, new DirectoryState(Authority.Trusted).OfferStatus(first, null));
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferStatus(first, null));

        _state.OfferList(List(2), null);
        Assert.Null(_state.Status);
        Assert.Equal(DirectoryVerdict.OtherList, _state.OfferStatus(first, null));
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferStatus(Status(_state, 2), null));
    }

    [Fact]
    public void What_was_signed_last_is_the_least_that_the_time_can_be()
    {
        _state.OfferList(List(1), null);
        _state.OfferStatus(Status(_state, 1), null);
        // A list of the past, offered to a client that was closed and knows no time: what it saw before counts.
        var again = new DirectoryState(Authority.Trusted, _state.Memory);
        again.OfferList(List(2, issued: Start.AddDays(-1), expires: Start.AddSeconds(-1)), null);

        Assert.False(again.CanChooseAt(null));
        Assert.False(again.CanChooseAt(Start.AddYears(-5)));
    }

    [Fact]
    public void A_new_generation_ends_the_former_and_counts_anew()
    {
        using SigningKey stolen = Authority.KeyOf(40), fresh = Authority.KeyOf(41);
        ListSigner thief = new(stolen, Authority.Certify(stolen)), owner = new(fresh, Authority.Certify(fresh, generation: 1));
        // The thief signs as far ahead as the certificate lets him, so that nothing the owner says is ever new.
        byte[] high = thief.SignList(Fleet(long.MaxValue, Start.AddDays(80), Start.AddDays(89)));
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferList(high, Start));
        Assert.Equal(DirectoryVerdict.Rollback, _state.OfferList(List(2), Start));

        byte[] list = owner.SignList(Fleet(2, Start, Start.AddDays(30)));
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferList(list, Start.AddDays(80)));
        Assert.Equal((1u, 2L, Start), (_state.Memory.Generation, _state.Memory.Version, _state.Memory.LatestIssued));
        Assert.True(_state.CanChooseAt(null));
        Assert.Equal(DirectoryVerdict.Superseded, _state.OfferList(high, Start));
        Assert.Equal(
            DirectoryVerdict.Superseded,
            _state.OfferStatus(thief.SignStatus(_state.List!, Fleets.Status(_state.List!, 99)), Start));
        Assert.Equal(DirectoryVerdict.Superseded, _state.OfferProfiles(thief.SignProfiles(Profiles(1)), Start));
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferStatus(owner.SignStatus(_state.List!, Fleets.Status(_state.List!, 1)), null));
    }

    [Fact]
    public void What_a_newer_generation_says_of_the_present_list_has_to_wait_for_its_own()
    {
        using SigningKey fresh = Authority.KeyOf(41);
        var owner = new ListSigner(fresh, Authority.Certify(fresh, generation: 1));
        _state.OfferList(List(1), null);

        Assert.Equal(DirectoryVerdict.OtherList, _state.OfferStatus(owner.SignStatus(_state.List!, Fleets.Status(_state.List!, 1)), null));
        Assert.Equal(DirectoryVerdict.OtherList, _state.OfferProfiles(owner.SignProfiles(Profiles(1)), null));
    }

    [Fact]
    public void A_fallback_reaches_the_control_plane_and_chooses_no_server()
    {
        _state.OfferList(List(5), null);
        var again = new DirectoryState(Authority.Trusted, _state.Memory);

        Assert.Equal(DirectoryVerdict.Expired, again.OfferFallback(List(3), null));
        Assert.Equal(3, again.List!.Version);
        Assert.False(again.CanChooseAt(null));
        Assert.Equal(DirectoryVerdict.Rollback, again.OfferFallback(List(2), null));
        Assert.Equal(DirectoryVerdict.Accepted, again.OfferList(List(5), null));
        Assert.True(again.CanChooseAt(null));
        Assert.NotEqual(DirectoryVerdict.Expired, new DirectoryState(Authority.Trusted, _state.Memory).OfferFallback([1, 2, 3], null));
    }

    [Fact]
    public void Profiles_go_forward_and_end()
    {
        Assert.Equal(DirectoryVerdict.Accepted, _state.OfferProfiles(Authority.Signer.SignProfiles(Profiles(2)), null));
        Assert.Equal(DirectoryVerdict.Unchanged, _state.OfferProfiles(Authority.Signer.SignProfiles(Profiles(2)), null));
        Assert.Equal(DirectoryVerdict.Conflict, _state.OfferProfiles(Authority.Signer.SignProfiles(Profiles(2, payload: 9)), null));
        Assert.Equal(DirectoryVerdict.Rollback, _state.OfferProfiles(Authority.Signer.SignProfiles(Profiles(1)), null));
        Assert.Equal(DirectoryVerdict.Expired, _state.OfferProfiles(Authority.Signer.SignProfiles(Profiles(3)), Start.AddHours(3)));
        Assert.NotNull(_state.ProfilesAt(Start.AddHours(2)));
        Assert.Null(_state.ProfilesAt(Start.AddHours(3)));
        Assert.Equal(DirectoryVerdict.Frozen, _state.ProfilesUnchanged(Start.AddHours(3)));
        Assert.Equal(DirectoryVerdict.Unchanged, _state.ProfilesUnchanged(Start.AddHours(2)));
    }

    private static ServerList Fleet(long version, DateTimeOffset issued, DateTimeOffset expires, int servers = 3) =>
        new() { Version = version, Issued = issued, Expires = expires, Servers = Fleets.Small(servers: servers).Servers };

    private static byte[] List(long version, int servers = 3, DateTimeOffset? issued = null, DateTimeOffset? expires = null) =>
        Authority.Signer.SignList(Fleet(version, issued ?? Start, expires ?? Start.AddDays(30), servers));

    private static byte[] Status(DirectoryState state, long sequence, DateTimeOffset? issued = null) =>
        Authority.Signer.SignStatus(state.List!, Fleets.Status(state.List!, sequence, issued));

    private static SignedProfiles Profiles(long sequence, byte payload = 1) =>
        new() { Sequence = sequence, Issued = Start, NotAfter = Start.AddHours(2), Payload = new[] { payload } };
}
