using Apex.Vpn.Interop.Tests.Harness;
using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests;

public sealed class PingTests(ITestOutputHelper output)
{
    [PeerTheory]
    [MemberData(nameof(Pairs.All), MemberType = typeof(Pairs))]
    public async Task Both_families_pass_in_both_directions(DaemonKind left, DaemonKind right)
    {
        await using var scenario = new Scenario(output);
        var tunnel = await Tunnel.Create(scenario, left, right);
        await tunnel.Left.Net.Ping(tunnel.Right.InnerV4);
        await tunnel.Right.Net.Ping(tunnel.Left.InnerV6);
    }
}
