using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Engine.Defense;

public sealed class HandshakeLanesTests
{
    private const int Capacity = 1024;

    private static readonly TimeSpan CookieTime = TimeSpan.FromMicroseconds(5);

    private readonly HandshakeLanes _lanes = new(Capacity);
    private Instant _now = Moment.At(0);

    [Fact]
    public void Known_senders_go_first_and_their_answers_leave_before_others_get_their_turn()
    {
        Fill(HandshakeLane.Others, 3);
        Fill(HandshakeLane.Known, 2);
        Assert.Equal([HandshakeLane.Known, HandshakeLane.Known], Step(HandshakeCost.Highest));
        Assert.True(_lanes.HasWork(_now));
        Assert.Equal([HandshakeLane.Others, HandshakeLane.Others], Step(HandshakeCost.Highest));
    }

    [Fact]
    public void A_known_sender_who_comes_during_a_step_for_others_is_next()
    {
        Fill(HandshakeLane.Others, 10);
        _lanes.BeginStep(_now);
        Assert.Equal(HandshakeLane.Others, Take(HandshakeCost.Message));
        Fill(HandshakeLane.Known, 1);
        Assert.Equal(HandshakeLane.Known, Take(HandshakeCost.Highest));
        Assert.False(_lanes.TryTake(_now, out _, out _));
    }

    [Theory]
    [InlineData(HandshakeCost.Highest)]
    [InlineData(HandshakeCost.Message)]
    public void While_known_senders_wait_others_get_a_quarter(int costOfOthers)
    {
        long known = 0, others = 0;
        for (int i = 0; i < 2000; i++)
        {
            Fill(HandshakeLane.Known, 8);
            Fill(HandshakeLane.Others, 100);
            _lanes.BeginStep(_now);
            while (_lanes.TryTake(_now, out _, out HandshakeLane lane))
            {
                int cost = lane == HandshakeLane.Known ? HandshakeCost.Highest : costOfOthers;
                _lanes.Charge(lane, cost, inVain: false);
                if (lane == HandshakeLane.Known) known += cost;
                else others += cost;
            }
        }
        Assert.InRange((double)others / (known + others), 0.24, 0.25);
    }

    [Fact]
    public void Alone_and_without_load_others_get_all_of_the_worker()
    {
        for (int i = 0; i < 100; i++)
        {
            Fill(HandshakeLane.Others, Capacity / 8 - 1);
            while (_lanes.HasWork(_now)) Step(HandshakeCost.Highest, each: TimeSpan.FromMicroseconds(150));
        }
        Assert.False(_lanes.IsLoaded);
    }

    [Theory]
    [InlineData(HandshakeCost.Message, 5)]
    [InlineData(HandshakeCost.Highest, 150)]
    public void Under_load_others_get_a_quarter_of_the_time(int cost, int microseconds)
    {
        TimeSpan worked = TimeSpan.Zero, each = TimeSpan.FromMicroseconds(microseconds);
        Instant start = _now;
        while (_now - start < TimeSpan.FromSeconds(2))
        {
            Fill(HandshakeLane.Others, Capacity);
            Instant before = _now;
            Step(cost, each: each);
            worked += _now - before;
            if (!_lanes.HasWork(_now)) _now = _lanes.RestEnds;
        }
        Assert.True(_lanes.IsUnderLoad(HandshakeLane.Others));
        Assert.False(_lanes.IsUnderLoad(HandshakeLane.Known));
        Assert.InRange(worked / (_now - start), 0.2, 0.252); // ends within a stint, perhaps
    }

    [Fact]
    public void While_others_rest_a_known_sender_is_served_at_once()
    {
        do
        {
            Fill(HandshakeLane.Others, Capacity);
            Step(HandshakeCost.Message, each: CookieTime);
        }
        while (_lanes.HasWork(_now));
        Assert.True(_lanes.RestEnds > _now);
        Fill(HandshakeLane.Known, 1);
        Assert.True(_lanes.HasWork(_now));
        Assert.Equal([HandshakeLane.Known], Step(HandshakeCost.Highest));
    }

    [Fact]
    public void Others_who_prove_nothing_are_load_though_no_queue_grows_and_until_there_are_few_of_them()
    {
        TimeSpan agreement = TimeSpan.FromMicroseconds(60);
        Run(TimeSpan.FromSeconds(1), perMillisecond: 3);
        Assert.False(_lanes.IsLoaded); // 18 % of the time
        Run(TimeSpan.FromSeconds(1), perMillisecond: 8);
        Assert.True(_lanes.IsLoaded);
        Run(TimeSpan.FromSeconds(5), perMillisecond: 8); // cheap now, as all of them get cookies
        Assert.True(_lanes.IsLoaded);
        Run(TimeSpan.FromSeconds(2), perMillisecond: 1);
        Assert.False(_lanes.IsLoaded);

        void Run(TimeSpan duration, int perMillisecond)
        {
            for (Instant end = _now + duration; _now < end;)
            {
                Instant next = _now + TimeSpan.FromMilliseconds(1);
                Fill(HandshakeLane.Others, perMillisecond);
                while (_lanes.HasWork(_now))
                {
                    bool cookies = _lanes.IsUnderLoad(HandshakeLane.Others);
                    Step(cookies ? HandshakeCost.Message : HandshakeCost.Message + HandshakeCost.Agreement, cookies ? CookieTime : agreement, inVain: true);
                }
                if (next > _now) _now = next;
                _lanes.BeginStep(_now);
            }
        }
    }

    [Fact]
    public void Each_lane_has_room_and_load_of_its_own()
    {
        Fill(HandshakeLane.Others, Capacity);
        Assert.False(Enqueue(HandshakeLane.Others));
        Assert.True(Enqueue(HandshakeLane.Known));
        Assert.True(_lanes.BeginStep(_now));
        Assert.True(_lanes.IsUnderLoad(HandshakeLane.Others));
        Assert.False(_lanes.IsUnderLoad(HandshakeLane.Known));
        Fill(HandshakeLane.Known, Capacity / 8);
        _lanes.BeginStep(_now);
        Assert.True(_lanes.IsUnderLoad(HandshakeLane.Known));
    }

    [Fact]
    public void Who_finds_a_lane_empty_wakes_the_control_worker()
    {
        Assert.True(_lanes.TryEnqueue(HandshakeLane.Others, new byte[148], default, identity: null, out bool first));
        Assert.True(first);
        Assert.True(_lanes.TryEnqueue(HandshakeLane.Others, new byte[148], default, identity: null, out first));
        Assert.False(first);
        Assert.True(_lanes.TryEnqueue(HandshakeLane.Known, new byte[148], default, identity: null, out first));
        Assert.True(first);
    }

    private bool Enqueue(HandshakeLane lane) => _lanes.TryEnqueue(lane, new byte[148], default(UdpPath), identity: null, out _);

    /// <summary>Sees to it that so many wait, or as many as there is room for.</summary>
    private void Fill(HandshakeLane lane, int count)
    {
        for (int i = 0; i < count && Enqueue(lane); i++) { }
    }

    private HandshakeLane Take(int cost)
    {
        Assert.True(_lanes.TryTake(_now, out _, out HandshakeLane lane));
        _lanes.Charge(lane, cost, inVain: false);
        return lane;
    }

    /// <summary>One step of the control worker's, in which each message takes so long.</summary>
    private List<HandshakeLane> Step(int cost, TimeSpan each = default, bool inVain = false)
    {
        var taken = new List<HandshakeLane>();
        _lanes.BeginStep(_now);
        while (_lanes.TryTake(_now, out _, out HandshakeLane lane))
        {
            _lanes.Charge(lane, cost, inVain);
            taken.Add(lane);
        }
        _now += taken.Count * each;
        _lanes.EndStep(taken.Count * each, _now);
        return taken;
    }
}
