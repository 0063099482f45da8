using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

/// <summary>A side that ends and comes back is talked to again.</summary>
public sealed class RestartTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task The_initiator_may_restart(DaemonKind left, DaemonKind right) => Restarts(left, right, static tunnel => (tunnel.Left, tunnel.Right), "TERM");

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task The_responder_may_restart(DaemonKind left, DaemonKind right) => Restarts(left, right, static tunnel => (tunnel.Right, tunnel.Left), "TERM");

    [PeerTheory]
    [MemberData(nameof(Pairs.Main), MemberType = typeof(Pairs))]
    public Task A_killed_side_leaves_nothing_that_stops_the_next_one(DaemonKind left, DaemonKind right) =>
        Restarts(left, right, static tunnel => (tunnel.Left, tunnel.Right), "KILL");

    private async Task Restarts(DaemonKind left, DaemonKind right, Func<Tunnel, (TunnelEnd, TunnelEnd)> choose, string signal)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        var (ending, staying) = choose(tunnel);
        for (var round = 0; round < 2; round++)
        {
            await ending.Wg.Restart(scenario, ending.Net, daemon => daemon.End(signal));
            await ending.Wg.Up(1420, $"{ending.InnerV4}/24", $"{ending.InnerV6}/64");
            // The new one knows no session: its own packet starts one, though the stamp of the last handshake is a moment old.
            await ending.Net.Ping(staying.InnerV4);
            await staying.Net.Ping(ending.InnerV6);
        }
    }
}
