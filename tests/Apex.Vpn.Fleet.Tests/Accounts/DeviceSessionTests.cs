using Apex.Vpn.Fleet.Accounts;

namespace Apex.Vpn.Fleet.Tests.Accounts;

public sealed class DeviceSessionTests
{
    private static readonly DateTimeOffset Now = new(2031, 5, 17, 12, 0, 0, TimeSpan.Zero);

    private readonly DeviceSession _session = DeviceSession.Begin(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Now);

    [Fact]
    public void A_refresh_gives_the_next_token()
    {
        Assert.Equal(RefreshOutcome.Rotated, _session.Refresh(1, true, Now.AddDays(1), out DeviceSession next));
        Assert.Equal((2u, Now.AddDays(1), false), (next.Generation, next.Refreshed, next.IsRevoked));
        Assert.Equal((_session.Id, _session.Account, _session.Device), (next.Id, next.Account, next.Device));
    }

    [Fact]
    public void A_lost_answer_is_given_again_for_a_minute()
    {
        _session.Refresh(1, true, Now, out DeviceSession next);

        Assert.Equal(RefreshOutcome.Repeated, next.Refresh(1, true, Now.AddSeconds(60).AddTicks(-1), out DeviceSession same));
        Assert.Same(next, same);
        Assert.Equal(RefreshOutcome.Reused, next.Refresh(1, true, Now.AddSeconds(60), out _));
    }

    [Fact]
    public void A_token_used_long_ago_ends_the_session_for_everybody()
    {
        _session.Refresh(1, true, Now, out DeviceSession second);
        second.Refresh(2, true, Now, out DeviceSession third);

        Assert.Equal(RefreshOutcome.Reused, third.Refresh(1, true, Now, out DeviceSession ended)); // two back, within the minute
        Assert.True(ended.IsRevoked);
        Assert.Equal(RefreshOutcome.Revoked, ended.Refresh(3, true, Now, out _));
        Assert.Equal(RefreshOutcome.Revoked, ended.Refresh(1, true, Now, out _));
    }

    // Else whoever finds an old token, without the device, could log its owner out.
    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Without_the_devices_key_nothing_happens(uint generation)
    {
        _session.Refresh(1, true, Now.AddDays(-1), out DeviceSession second);
        second.Refresh(2, true, Now, out DeviceSession third);

        Assert.Equal(RefreshOutcome.NotProven, third.Refresh(generation, false, Now, out DeviceSession same));
        Assert.Same(third, same);
    }

    // A database that lost its last minutes: the token is genuine, it has our MAC.
    [Fact]
    public void A_session_goes_on_from_a_token_that_the_database_forgot()
    {
        Assert.Equal(RefreshOutcome.Rotated, _session.Refresh(4, true, Now, out DeviceSession next));
        Assert.Equal(5u, next.Generation);
    }

    [Fact]
    public void A_session_ends_after_ninety_days_without_a_refresh()
    {
        Assert.Equal(RefreshOutcome.Rotated, _session.Refresh(1, true, Now.AddDays(90).AddTicks(-1), out DeviceSession next));
        Assert.Equal(RefreshOutcome.Expired, _session.Refresh(1, true, Now.AddDays(90), out _));
        Assert.Equal(RefreshOutcome.Rotated, next.Refresh(2, true, Now.AddDays(179), out _));
    }

    [Fact]
    public void A_session_that_was_revoked_stays_so() =>
        Assert.Equal(RefreshOutcome.Revoked, _session.Revoke().Refresh(1, true, Now, out _));
}
