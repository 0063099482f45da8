using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

public sealed class EnrolmentDeskTests
{
    private static readonly DateTimeOffset Now = TestFleet.Now;
    private static readonly Guid Node = new("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

    private readonly EnrolmentDesk _desk = new();

    [Fact]
    public void A_node_waits_until_a_person_says_yes_and_then_comes_in_once()
    {
        EnrolmentRequest request = Requests.Make();
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(request, 1, Now));
        Assert.False(_desk.TryCollect(request, Now, out _));
        PendingEnrolment shown = Assert.Single(_desk.ListPending(Now));
        Assert.Equal((request.Fingerprint, "node-1", "se-sto", Now), (shown.Fingerprint, shown.Name, shown.City, shown.Since));

        Assert.True(_desk.TryApprove(shown.Fingerprint, Node, Now.AddMinutes(1)));

        Assert.Empty(_desk.ListPending(Now));
        Assert.Equal(EnrolmentState.Approved, _desk.Ask(request, 1, Now.AddMinutes(2)));
        Assert.True(_desk.TryCollect(request, Now.AddMinutes(2), out Guid node));
        Assert.Equal(Node, node);
        Assert.False(_desk.TryCollect(request, Now.AddMinutes(2), out node));
        Assert.Equal(Guid.Empty, node);
        Assert.Equal(EnrolmentState.Collected, _desk.Ask(request, 1, Now.AddMinutes(2)));
        Assert.False(_desk.TryApprove(request.Fingerprint, Node, Now.AddMinutes(2)));
    }

    [Fact]
    public void A_node_that_was_refused_hears_so()
    {
        EnrolmentRequest request = Requests.Make();
        _desk.Ask(request, 1, Now);

        Assert.True(_desk.TryRefuse(request.Fingerprint, Now));
        Assert.Equal(EnrolmentState.Refused, _desk.Ask(request, 1, Now));
        Assert.False(_desk.TryApprove(request.Fingerprint, Node, Now));
        Assert.False(_desk.TryCollect(request, Now, out _));
    }

    [Fact]
    public void Nobody_is_approved_who_did_not_ask() =>
        Assert.False(_desk.TryApprove(Requests.Make().Fingerprint, Node, Now));

    [Fact]
    public void What_nobody_decides_expires_after_an_hour()
    {
        EnrolmentRequest request = Requests.Make();
        _desk.Ask(request, 1, Now);
        DateTimeOffset late = Now + EnrolmentDesk.PendingLifetime;

        Assert.Empty(_desk.ListPending(late));
        Assert.False(_desk.TryApprove(request.Fingerprint, Node, late));
        Assert.Equal(EnrolmentState.Expired, _desk.Ask(request, 1, late));
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(request, 1, late)); // it may start anew
    }

    [Fact]
    public void An_approval_that_nobody_comes_for_expires_after_ten_minutes()
    {
        EnrolmentRequest request = Requests.Make();
        _desk.Ask(request, 1, Now);
        _desk.TryApprove(request.Fingerprint, Node, Now);
        DateTimeOffset late = Now + EnrolmentDesk.DecisionLifetime;

        Assert.False(_desk.TryCollect(request, late, out _));
        Assert.Equal(EnrolmentState.Expired, _desk.Ask(request, 1, late));
    }

    [Fact]
    public void One_source_takes_a_sixteenth_of_the_desk()
    {
        EnrolmentRequest first = Requests.Make();
        _desk.Ask(first, 1, Now);
        for (int i = 1; i < EnrolmentDesk.MaxPerSource; i++) Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(), 1, Now));

        Assert.Equal(EnrolmentState.Full, _desk.Ask(Requests.Make(), 1, Now));
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(), 2, Now));
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(first, 1, Now)); // those who wait keep their place
    }

    [Fact]
    public void The_desk_has_so_many_places_and_frees_them_in_time()
    {
        DateTimeOffset now = Now;
        for (int i = 0; i < EnrolmentDesk.MaxEntries; i++, now = now.AddSeconds(1))
            Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(), (ulong)i / 16, now));

        Assert.Equal(EnrolmentState.Full, _desk.Ask(Requests.Make(), 99, now));
        Assert.Equal(EnrolmentDesk.MaxEntries, _desk.Count);
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(), 99, now + EnrolmentDesk.PendingLifetime));
        Assert.Equal(1, _desk.Count);
    }

    [Fact]
    public void New_requests_are_slowed_to_one_a_second()
    {
        for (int i = 0; i < EnrolmentDesk.Burst; i++) Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(), (ulong)i, Now));

        Assert.Equal(EnrolmentState.TooFast, _desk.Ask(Requests.Make(), 50, Now));
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(), 51, Now.AddSeconds(1)));
        Assert.Equal(EnrolmentState.TooFast, _desk.Ask(Requests.Make(), 52, Now.AddSeconds(1)));
    }

    [Fact]
    public void A_reboot_that_was_ordered_needs_no_person()
    {
        Assert.True(_desk.TryExpectReboot(Node, source: 7, Now, TimeSpan.FromMinutes(10)));
        EnrolmentRequest request = Requests.Make(node: Node);

        Assert.Equal(EnrolmentState.Approved, _desk.Ask(request, 7, Now.AddMinutes(9)));
        Assert.True(_desk.TryCollect(request, Now.AddMinutes(9), out Guid node));
        Assert.Equal(Node, node);
    }

    [Fact]
    public void An_ordered_reboot_serves_once_in_its_window_and_from_its_place()
    {
        _desk.TryExpectReboot(Node, source: 7, Now, TimeSpan.FromMinutes(10));

        Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(node: Node), 8, Now)); // from elsewhere
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(node: Guid.NewGuid()), 7, Now)); // another node
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(), 7, Now)); // nobody in particular
        Assert.Equal(EnrolmentState.Approved, _desk.Ask(Requests.Make(node: Node), 7, Now));
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(node: Node), 7, Now)); // a second one

        _desk.TryExpectReboot(Node, source: 7, Now, TimeSpan.FromMinutes(10));
        Assert.Equal(EnrolmentState.Pending, _desk.Ask(Requests.Make(node: Node), 7, Now.AddMinutes(10))); // too late
    }

    [Fact]
    public void Ordered_reboots_are_bounded()
    {
        for (int i = 0; i < EnrolmentDesk.MaxReboots; i++) Assert.True(_desk.TryExpectReboot(Id(i), 7, Now, TimeSpan.FromMinutes(10)));

        Assert.False(_desk.TryExpectReboot(Id(-1), 7, Now, TimeSpan.FromMinutes(10)));
        Assert.True(_desk.TryExpectReboot(Id(0), 7, Now, TimeSpan.FromMinutes(10)));
        Assert.True(_desk.TryExpectReboot(Id(-1), 7, Now.AddMinutes(10), TimeSpan.FromMinutes(10)));

        static Guid Id(int number) => new(number, 1, 0, new byte[8]);
    }

    [Fact]
    public async Task The_proof_by_approval_gives_the_node_away_once()
    {
        var proof = new ApprovalProof(new FixedTime());
        EnrolmentRequest request = Requests.Make();
        Assert.Equal(EnrolmentState.Pending, (await proof.DecideAsync(request, default, 1, default)).State);
        Assert.True(proof.TryApprove(Assert.Single(proof.ListPending()).Fingerprint, Node));

        Assert.Equal(new EnrolmentDecision(EnrolmentState.Approved, Node), await proof.DecideAsync(request, default, 1, default));
        Assert.Equal(new EnrolmentDecision(EnrolmentState.Collected, Guid.Empty), await proof.DecideAsync(request, default, 1, default));

        Assert.True(proof.TryExpectReboot(Node, 1, TimeSpan.FromMinutes(10)));
        Assert.Equal(EnrolmentState.Approved, (await proof.DecideAsync(Requests.Make(node: Node), default, 1, default)).State);
        EnrolmentRequest stranger = Requests.Make();
        await proof.DecideAsync(stranger, default, 1, default);
        Assert.True(proof.TryRefuse(stranger.Fingerprint));
        Assert.Equal(EnrolmentState.Refused, (await proof.DecideAsync(stranger, default, 1, default)).State);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
