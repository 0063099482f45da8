using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;

namespace Apex.Vpn.Protocol.Tests.Engine.Peers;

public sealed class PeerTimersTests
{
    private static readonly Instant Now = new(1_000_000_000_000);
    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(200);

    private readonly PeerTimers _timers = new();

    [Fact]
    public void Nothing_is_due_at_first()
    {
        Assert.Equal(Deadline.None, _timers.Earliest());
        Assert.Equal(Instant.Eternity, _timers.ScheduledAt);
    }

    [Fact]
    [Trait("Item", "25")]
    public void Item25_data_sent_arms_the_new_handshake_once_and_anything_authentic_received_takes_it_back()
    {
        Assert.True(_timers.DataSent(Now, Jitter));
        Assert.Equal(Now + TimeSpan.FromSeconds(15.2), _timers.NewHandshake);
        Assert.False(_timers.DataSent(Now + TimeSpan.FromSeconds(3), Jitter));
        Assert.Equal(Now + TimeSpan.FromSeconds(15.2), _timers.NewHandshake);
        Assert.False(_timers.AuthenticatedReceived(Now + TimeSpan.FromSeconds(4), keepaliveSeconds: 0));
        Assert.False(_timers.NewHandshake.IsSet);
    }

    [Fact]
    [Trait("Item", "26")]
    public void Item26_data_received_arms_a_keepalive_once_and_anything_authentic_sent_takes_it_back()
    {
        Assert.True(_timers.DataReceived(Now));
        Assert.Equal(Now + TimeSpan.FromSeconds(10), _timers.PassiveKeepalive);
        Assert.False(_timers.DataReceived(Now + TimeSpan.FromSeconds(3)));
        Assert.Equal(Now + TimeSpan.FromSeconds(10), _timers.PassiveKeepalive);
        Assert.False(_timers.AuthenticatedSent(Now + TimeSpan.FromSeconds(4), keepaliveSeconds: 0));
        Assert.False(_timers.PassiveKeepalive.IsSet);
    }

    [Fact]
    [Trait("Item", "26")]
    public void Item26_another_keepalive_follows_only_if_more_data_came_while_one_was_armed()
    {
        _timers.DataReceived(Now);
        _timers.ClearPassiveKeepalive();
        _timers.RearmPassiveKeepalive(Now + TimeSpan.FromSeconds(10));
        Assert.False(_timers.PassiveKeepalive.IsSet);

        _timers.DataReceived(Now);
        _timers.DataReceived(Now);
        _timers.ClearPassiveKeepalive();
        _timers.RearmPassiveKeepalive(Now + TimeSpan.FromSeconds(10));
        Assert.Equal(Now + TimeSpan.FromSeconds(20), _timers.PassiveKeepalive);
        _timers.ClearPassiveKeepalive();
        _timers.RearmPassiveKeepalive(Now + TimeSpan.FromSeconds(20));
        Assert.False(_timers.PassiveKeepalive.IsSet);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Item", "27")]
    public void Item27_every_authentic_packet_moves_the_persistent_keepalive(bool sent)
    {
        bool Pass(Instant at, ushort seconds) => sent ? _timers.AuthenticatedSent(at, seconds) : _timers.AuthenticatedReceived(at, seconds);
        Assert.False(Pass(Now, 0));
        Assert.False(_timers.PersistentKeepalive.IsSet);
        Assert.True(Pass(Now, 25));
        Assert.Equal(Now + TimeSpan.FromSeconds(25), _timers.PersistentKeepalive);
        Assert.False(Pass(Now + TimeSpan.FromSeconds(7), 25)); // later than what the wheel waits for: nobody is woken
        Assert.Equal(Now + TimeSpan.FromSeconds(32), _timers.PersistentKeepalive);
        Pass(Now, ushort.MaxValue);
        Assert.Equal(Now + TimeSpan.FromSeconds(65535), _timers.PersistentKeepalive);
    }

    [Fact]
    public void The_earliest_deadline_says_what_it_is_for()
    {
        _timers.EraseKeys = Now + TimeSpan.FromSeconds(540);
        Assert.Equal(DeadlineReason.EraseKeys, _timers.Earliest().Reason);
        _timers.SetPersistentKeepalive(Now + TimeSpan.FromSeconds(25));
        Assert.Equal(DeadlineReason.PersistentKeepalive, _timers.Earliest().Reason);
        _timers.DataSent(Now, TimeSpan.Zero);
        Assert.Equal(DeadlineReason.NewHandshake, _timers.Earliest().Reason);
        _timers.DataReceived(Now);
        Assert.Equal(DeadlineReason.Keepalive, _timers.Earliest().Reason);
        _timers.Retransmit = Now + TimeSpan.FromSeconds(5);
        Assert.Equal(new Deadline(Now + TimeSpan.FromSeconds(5), DeadlineReason.RetransmitInitiation), _timers.Earliest());
        _timers.ClearAll();
        Assert.Equal(Deadline.None, _timers.Earliest());
    }

    [Fact]
    public void The_control_worker_is_woken_only_for_what_comes_before_its_deadline()
    {
        _timers.DataReceived(Now);
        Assert.True(_timers.MustWakeControl());
        Assert.Equal(Now + TimeSpan.FromSeconds(10), _timers.Schedule().At);
        Assert.Equal(Now + TimeSpan.FromSeconds(10), _timers.ScheduledAt);
        Assert.False(_timers.MustWakeControl());
        _timers.DataSent(Now, Jitter);
        Assert.False(_timers.MustWakeControl());
        _timers.SetPersistentKeepalive(Now + TimeSpan.FromSeconds(1));
        Assert.True(_timers.MustWakeControl());
    }
}
