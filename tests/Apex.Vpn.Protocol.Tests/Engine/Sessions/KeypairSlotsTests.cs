using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Tests.Engine.Sessions;

public sealed class KeypairSlotsTests : IDisposable
{
    private static readonly Instant Now = new(1_000_000_000_000);

    private readonly Peer _peer = new(default);
    private readonly SecretSlab _slab = new();
    private KeypairSlots _slots = new();

    [Fact]
    [Trait("Item", "18")]
    public void Item18_the_initiators_new_session_is_current_and_the_old_one_previous()
    {
        Keypair first = Make(), second = Make(), third = Make();
        AssertFallen(_slots.InstallAsInitiator(first));
        AssertSlots(current: first, previous: null, next: null);
        AssertFallen(_slots.InstallAsInitiator(second));
        AssertSlots(current: second, previous: first, next: null);
        AssertFallen(_slots.InstallAsInitiator(third), first);
        AssertSlots(current: third, previous: second, next: null);
    }

    [Fact]
    [Trait("Item", "18")]
    public void Item18_an_unconfirmed_session_becomes_previous_and_the_old_current_falls_out()
    {
        Keypair old = Make(), older = Make(), unconfirmed = Make(), made = Make();
        _slots.InstallAsInitiator(older);
        _slots.InstallAsInitiator(old);
        AssertFallen(_slots.InstallAsResponder(unconfirmed), older);
        AssertFallen(_slots.InstallAsInitiator(made), old);
        AssertSlots(current: made, previous: unconfirmed, next: null);
    }

    [Fact]
    [Trait("Item", "18")]
    public void Item18_the_responders_new_session_is_next_and_previous_and_old_next_fall_out()
    {
        Keypair previous = Make(), current = Make(), next = Make(), newer = Make();
        _slots.InstallAsInitiator(previous);
        _slots.InstallAsInitiator(current);
        AssertFallen(_slots.InstallAsResponder(next), previous);
        AssertSlots(current, previous: null, next);
        AssertFallen(_slots.InstallAsResponder(newer), next);
        AssertSlots(current, previous: null, newer);
    }

    [Fact]
    [Trait("Item", "19")]
    public void Item19_data_under_next_makes_it_current_once()
    {
        Keypair current = Make(), next = Make();
        _slots.InstallAsInitiator(current);
        _slots.InstallAsResponder(next);
        Assert.False(_slots.TryConfirm(current, out _));
        Assert.True(_slots.TryConfirm(next, out Keypair? fallen));
        Assert.Null(fallen);
        AssertSlots(current: next, previous: current, next: null);
        Assert.False(_slots.TryConfirm(next, out _));
    }

    [Fact]
    public void Clearing_hands_everything_over()
    {
        Keypair current = Make(), next = Make();
        _slots.InstallAsInitiator(current);
        _slots.InstallAsResponder(next);
        Assert.True(_slots.HasAny);
        Assert.Equal((current, null, next), _slots.Clear());
        Assert.False(_slots.HasAny);
        Assert.False(_slots.TryConfirm(next, out _));
    }

    public void Dispose() => _slab.Dispose();

    private Keypair Make() => new(_peer, _slab, isInitiator: true, remoteIndex: 1, Now);

    private void AssertSlots(Keypair? current, Keypair? previous, Keypair? next)
    {
        Assert.Same(current, _slots.Current);
        Assert.Same(previous, _slots.Previous);
        Assert.Same(next, _slots.Next);
    }

    private static void AssertFallen((Keypair? A, Keypair? B) fallen, params Keypair[] expected) =>
        Assert.Equal(expected.ToHashSet(), new[] { fallen.A, fallen.B }.OfType<Keypair>().ToHashSet());
}
