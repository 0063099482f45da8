using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests.LongRuns;

/// <summary>The timers of a session, seen from outside, in real time.</summary>
[Trait("Category", "Waiting")]
public sealed class LongRunTests(LongRunFixture runs, ITestOutputHelper output) : IClassFixture<LongRunFixture>
{
    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task The_initiator_renews_the_session_after_120_s_and_nothing_is_lost(DaemonKind left, DaemonKind right) =>
        runs.Result(nameof(LongRun.Rekey), left, right, output);

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task A_silent_session_sends_nothing_and_is_replaced_after_180_s(DaemonKind left, DaemonKind right) =>
        runs.Result(nameof(LongRun.Expire), left, right, output);

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task An_initiator_that_only_listens_renews_the_session_in_time(DaemonKind left, DaemonKind right) =>
        runs.Result(nameof(LongRun.Listen), left, right, output);

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task A_session_that_cannot_be_renewed_ends_at_180_s(DaemonKind left, DaemonKind right) =>
        runs.Result(nameof(LongRun.Reject), left, right, output);

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task Data_without_an_answer_is_answered_by_a_keepalive_after_10_s(DaemonKind left, DaemonKind right) =>
        runs.Result(nameof(LongRun.AnswerByKeepalive), left, right, output);

    [PeerTheory]
    [MemberData(nameof(Pairs.LeftMatters), MemberType = typeof(Pairs))]
    public Task Unanswered_data_leads_to_a_handshake_after_15_s(DaemonKind left, DaemonKind right) =>
        runs.Result(nameof(LongRun.AskAgain), left, right, output);

    [PeerTheory]
    [MemberData(nameof(Pairs.LeftMatters), MemberType = typeof(Pairs))]
    public Task An_absent_peer_is_called_for_90_s(DaemonKind left, DaemonKind right) =>
        runs.Result(nameof(LongRun.GiveUp), left, right, output);
}
