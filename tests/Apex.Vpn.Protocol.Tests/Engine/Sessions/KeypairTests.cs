using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Tests.Engine.Sessions;

public sealed class KeypairTests : IDisposable
{
    private static readonly Instant Birth = new(1_000_000_000_000);

    private readonly SecretSlab _slab = new();

    [Fact]
    [Trait("Item", "1")]
    public void Item1_the_last_counter_is_one_below_the_limit()
    {
        Assert.Equal(18446744073709543423UL, Limits.RejectAfterMessages); // 2^64 - 2^13 - 1
        Assert.Equal(1152921504606846976UL, Limits.RekeyAfterMessages);   // 2^60
        Keypair keypair = Make(isInitiator: true);
        keypair.SkipTo(Limits.RejectAfterMessages - 2);
        Assert.True(keypair.TryTakeCounters(2, out ulong first));
        Assert.Equal(Limits.RejectAfterMessages - 2, first);
        Assert.False(keypair.TryTakeCounters(1, out _));
        Assert.False(keypair.CanSend(Birth));
    }

    [Fact]
    [Trait("Item", "1")]
    public void Item1_a_run_that_does_not_fit_takes_nothing_and_the_counter_never_wraps()
    {
        Keypair keypair = Make(isInitiator: true);
        keypair.SkipTo(Limits.RejectAfterMessages - 1);
        Assert.False(keypair.TryTakeCounters(128, out _));
        for (int i = 0; i < 100_000; i++) Assert.False(keypair.TryTakeCounters(128, out _));
        Assert.True(keypair.Sent >= Limits.RejectAfterMessages);
    }

    [Fact]
    [Trait("Item", "20")]
    public void Item20_a_session_is_refused_180_seconds_after_it_was_made()
    {
        Keypair keypair = Make(isInitiator: false);
        Assert.False(keypair.IsExpired(Birth + TimeSpan.FromSeconds(180) - TimeSpan.FromTicks(1)));
        Assert.True(keypair.IsExpired(Birth + TimeSpan.FromSeconds(180)));
        Assert.False(keypair.CanSend(Birth + TimeSpan.FromSeconds(180)));
    }

    [Fact]
    [Trait("Item", "22")]
    public void Item22_after_120_seconds_only_the_initiators_sending_asks_for_renewal()
    {
        Instant just = Birth + TimeSpan.FromSeconds(120);
        Assert.False(Make(isInitiator: true).WantsRenewalBySender(just - TimeSpan.FromTicks(1)));
        Assert.True(Make(isInitiator: true).WantsRenewalBySender(just));
        Assert.False(Make(isInitiator: false).WantsRenewalBySender(just));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Item", "22")]
    public void Item22_beyond_2_to_the_60_messages_either_sides_sending_asks_for_renewal(bool isInitiator)
    {
        Keypair keypair = Make(isInitiator);
        keypair.SkipTo(Limits.RekeyAfterMessages);
        Assert.False(keypair.WantsRenewalBySender(Birth));
        keypair.TryTakeCounters(1, out _);
        Assert.True(keypair.WantsRenewalBySender(Birth));
    }

    [Fact]
    [Trait("Item", "22")]
    public void Item22_receiving_asks_for_renewal_from_165_seconds_on_and_once()
    {
        Keypair keypair = Make(isInitiator: true);
        Instant just = Birth + TimeSpan.FromSeconds(165);
        Assert.False(keypair.WantsRenewalByReceiver(just - TimeSpan.FromTicks(1)));
        Assert.True(keypair.WantsRenewalByReceiver(just));
        Assert.False(keypair.WantsRenewalByReceiver(just + TimeSpan.FromSeconds(1)));
        Assert.False(Make(isInitiator: false).WantsRenewalByReceiver(just));
    }

    [Fact]
    [Trait("Item", "30")]
    public void Item30_no_two_threads_get_the_same_counter()
    {
        const int Rounds = 20_000;
        Keypair keypair = Make(isInitiator: true);
        var taken = new List<(ulong First, int Count)>[3];
        Thread[] threads = [.. Enumerable.Range(0, taken.Length).Select(t => new Thread(() =>
        {
            taken[t] = [];
            for (int i = 0; i < Rounds; i++)
            {
                int count = 1 + ((i + t) % 5);
                if (keypair.TryTakeCounters(count, out ulong first)) taken[t].Add((first, count));
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        ulong expected = 0;
        foreach ((ulong first, int count) in taken.SelectMany(static runs => runs).OrderBy(static run => run.First))
        {
            Assert.Equal(expected, first);
            expected = first + (ulong)count;
        }
        Assert.Equal(keypair.Sent, expected);
    }

    public void Dispose() => _slab.Dispose();

    private Keypair Make(bool isInitiator) => new(new Peer(default), _slab, isInitiator, remoteIndex: 1, Birth);
}
