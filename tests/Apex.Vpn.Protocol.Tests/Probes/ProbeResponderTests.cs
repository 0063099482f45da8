using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Tests.Items;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Probes;

/// <summary>What a node answers, and what it is silent about.</summary>
public sealed class ProbeResponderTests : IDisposable
{
    private readonly World _world = new(1);
    private readonly Node _node;
    private readonly Prober _prober;

    public ProbeResponderTests()
    {
        _node = _world.AddNode("192.0.2.2:2000");
        _prober = new Prober(_world, _node);
    }

    [Fact]
    public void A_probe_is_answered_by_64_bytes_that_prove_the_key()
    {
        _prober.Enable();
        Assert.True(_prober.IsAnswered(_prober.Request()));
        Assert.Equal(1, _node.Engine.Context.Counters.Read(CounterKind.ProbesAnswered));
        Datagram reply = Assert.Single(_world.Wire);
        Assert.Equal(64, reply.Bytes.Length);
        Assert.Equal(0, reply.TrafficClass);
    }

    [Fact]
    public void A_node_that_was_given_no_secret_knows_no_probes()
    {
        Assert.Empty(_prober.Send(_prober.Request()));
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
    }

    [Fact]
    public void A_node_that_is_to_end_it_knows_none_any_more()
    {
        _prober.Enable();
        _node.Engine.AnswerProbes(null);
        Assert.Empty(_prober.Send(_prober.Request()));
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
    }

    [Fact]
    public void Any_changed_bit_makes_it_silent()
    {
        _prober.Enable();
        byte[] request = _prober.Request();
        for (int bit = 0; bit < request.Length * 8; bit++)
        {
            request[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Empty(_prober.Send(request));
            request[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.Equal(0, _node.Engine.Context.Counters.Read(CounterKind.ProbesAnswered));
        Assert.Equal(request.Length * 8, Drops());
        Assert.True(_prober.IsAnswered(request));

        long Drops() => new[] { DropReason.MalformedMessage, DropReason.InvalidMac1, DropReason.ProbeUnauthentic }.Sum(_node.Dropped);
    }

    [Fact]
    public void Another_length_makes_it_silent()
    {
        _prober.Enable();
        byte[] request = _prober.Request();
        Assert.Empty(_prober.Send([.. request, 0]));
        Assert.Empty(_prober.Send(request[..^1]));
    }

    [Fact]
    public void Another_secret_another_node_and_another_epoch_make_it_silent()
    {
        _prober.Enable();
        using var other = PrivateKey.Generate();
        Assert.Empty(_prober.Send(_prober.Request(key: _prober.KeyOf(Prober.Epoch, Prober.OtherSecret))));
        Assert.Empty(_prober.Send(_prober.Request(key: _prober.KeyOf(Prober.Epoch, Prober.Secret, other.DerivePublicKey()))));
        Assert.Empty(_prober.Send(_prober.Request(key: _prober.KeyOf(Prober.Epoch + 1, Prober.Secret))));
        Assert.Equal(3, _node.Dropped(DropReason.InvalidMac1));
    }

    [Fact]
    public void The_epoch_before_is_answered_too_and_the_one_before_that_is_not()
    {
        _prober.Enable();
        byte[] today = _prober.Request(), tomorrow = _prober.Request(key: _prober.KeyOf(Prober.Epoch + 1, Prober.OtherSecret));
        Assert.True(_prober.IsAnswered(today));
        Assert.Empty(_prober.Send(tomorrow));

        _prober.Enable(Prober.Epoch + 1, previous: Prober.Secret, current: Prober.OtherSecret);
        Assert.True(_prober.IsAnswered(today));
        Assert.True(_prober.IsAnswered(tomorrow, _prober.KeyOf(Prober.Epoch + 1, Prober.OtherSecret)));

        _prober.Enable(Prober.Epoch + 2, previous: Prober.OtherSecret, current: [.. Prober.Secret.Reverse()]);
        Assert.Empty(_prober.Send(today));
        Assert.True(_prober.IsAnswered(tomorrow, _prober.KeyOf(Prober.Epoch + 1, Prober.OtherSecret)));
    }

    [Theory]
    [InlineData(-121, false)]
    [InlineData(-120, true)]
    [InlineData(0, true)]
    [InlineData(120, true)]
    [InlineData(121, false)]
    [InlineData(-1_800_000_000, false)]
    [InlineData(int.MaxValue, false)]
    public void A_probe_may_be_120_seconds_off(int off, bool answered)
    {
        _prober.Enable();
        Assert.Equal(answered, _prober.IsAnswered(_prober.Request(time: (uint)(_prober.Seconds + off))));
        Assert.Equal(answered ? 0 : 1, _node.Dropped(DropReason.ProbeUntimely));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(4_000_000_000_000_000_000L)]
    public void A_nodes_wall_clock_makes_no_difference_wrong_or_set_right(long wall)
    {
        using var world = new World(2);
        Node node = world.AddNode("192.0.2.2:2000", new NodeOptions { UnixNanoseconds = wall });
        using var prober = new Prober(world, node);
        prober.Enable();
        Assert.True(prober.IsAnswered(prober.Request()));
        node.Engine.AnchorWallClock(Prober.Issued * 1_000_000, world.Now);
        Assert.True(prober.IsAnswered(prober.Request()));
        world.RunFor(TimeSpan.FromHours(20));
        Assert.True(prober.IsAnswered(prober.Request()));
        Assert.False(prober.IsAnswered(prober.Request(prober.Seconds - 121)));
    }

    [Fact]
    public void Seconds_may_begin_anew_as_they_will_in_2106()
    {
        var clock = new ProbeClock(uint.MaxValue * 1000L, _world.Now);
        Assert.True(clock.Allows(uint.MaxValue, _world.Now));
        Assert.True(clock.Allows(119, _world.Now));
        Assert.False(clock.Allows(120, _world.Now));
        Assert.True(clock.Allows(uint.MaxValue, _world.Now + TimeSpan.FromSeconds(120)));
        Assert.False(clock.Allows(uint.MaxValue, _world.Now + TimeSpan.FromSeconds(121)));
    }

    [Fact]
    public void Probes_are_for_the_nodes_own_key_also_when_that_changes()
    {
        _prober.Enable();
        byte[] former = _prober.Request();
        Assert.True(_prober.IsAnswered(former));
        using var other = PrivateKey.Generate();
        _node.SetPrivateKey(other);
        Assert.Empty(_prober.Send(former));
        ProbeKey key = _prober.KeyOf(Prober.Epoch, Prober.Secret);
        Assert.True(_prober.IsAnswered(_prober.Request(key: key), key));
    }

    [Fact]
    public void With_several_identities_probes_are_for_the_primary_one()
    {
        _prober.Enable();
        using var second = PrivateKey.Generate();
        Assert.True(_node.Engine.TryAddIdentity(second));
        ProbeKey ofSecond = _prober.KeyOf(Prober.Epoch, Prober.Secret, second.DerivePublicKey());
        Assert.True(_prober.IsAnswered(_prober.Request()));
        Assert.Empty(_prober.Send(_prober.Request(key: ofSecond)));
        Assert.True(_node.Engine.TryRetireIdentity(_node.PublicKey));
        Assert.Empty(_prober.Send(_prober.Request()));
        Assert.True(_prober.IsAnswered(_prober.Request(key: ofSecond), ofSecond));
    }

    [Fact]
    public void A_probe_that_waited_while_its_secret_was_replaced_gets_no_answer()
    {
        _prober.Enable();
        _node.Take(new Datagram(_prober.Address, _node.Address, TrafficClass: 0, _prober.Request()));
        _prober.Enable(current: Prober.OtherSecret);
        _node.RunControl();
        Assert.Empty(_world.Wire);
        Assert.Equal(1, _node.Dropped(DropReason.InvalidMac1));
    }

    [Fact]
    public void A_node_that_is_down_is_silent()
    {
        _prober.Enable();
        _node.Engine.Down();
        Assert.Empty(_prober.Send(_prober.Request()));
    }

    [Fact]
    public void Handshakes_and_data_are_the_same_bytes_at_the_same_times_with_probes_on_and_off()
    {
        Assert.Equal(Run(enabled: false), Run(enabled: true));

        static List<(TimeSpan, string)> Run(bool enabled)
        {
            using var duo = new Duo(seed: 3);
            using var prober = new Prober(duo.World, duo.Right);
            if (enabled) prober.Enable();
            duo.Left.Send(Duo.ToRight());
            duo.Run(200);
            duo.Right.Send(Duo.ToLeft());
            duo.Run(60);
            return [.. duo.Log.Select(static sent => (sent.At, Convert.ToHexString(sent.Datagram.Bytes)))];
        }
    }

    public void Dispose()
    {
        _prober.Dispose();
        _world.Dispose();
    }
}
