using Apex.Vpn.Routing.Failover;

namespace Apex.Vpn.Routing.Tests.Failover;

public sealed class FailoverOptionsTests
{
    public static TheoryData<string, FailoverOptions> Bad => new()
    {
        { nameof(FailoverOptions.Silence), new() { Silence = TimeSpan.FromMilliseconds(199) } },
        { nameof(FailoverOptions.SilentPackets), new() { SilentPackets = 0 } },
        { nameof(FailoverOptions.Probes), new() { Probes = 11 } },
        { nameof(FailoverOptions.ProbeInterval), new() { ProbeInterval = TimeSpan.Zero } },
        { nameof(FailoverOptions.HandshakePatience), new() { HandshakePatience = TimeSpan.FromMinutes(2) } },
        { nameof(FailoverOptions.ConfirmPatience), new() { ConfirmPatience = TimeSpan.FromMilliseconds(100) } },
        { nameof(FailoverOptions.MaxRest), new() { MaxRest = TimeSpan.FromMilliseconds(999) } },
        { nameof(FailoverOptions.MaxOfflineRetry), new() { MaxOfflineRetry = TimeSpan.FromHours(1) } },
        { nameof(FailoverOptions.Bar), new() { Bar = TimeSpan.FromHours(2) } },
        { nameof(FailoverOptions.FlapWindow), new() { FlapWindow = TimeSpan.FromDays(2) } },
        { nameof(FailoverOptions.Dwell), new() { Dwell = TimeSpan.FromTicks(-1) } },
        { nameof(FailoverOptions.TrafficPause), new() { TrafficPause = TimeSpan.Zero } },
        { nameof(FailoverOptions.ClosingInterval), new() { ClosingInterval = TimeSpan.Zero } },
        { nameof(FailoverOptions.DrainMargin), new() { DrainMargin = TimeSpan.Zero } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Options_out_of_range_are_named(string name, FailoverOptions options) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new FailoverMachine(options)).ParamName);

    [Fact]
    public void The_defaults_are_fine() => Assert.Equal(FailoverState.Stopped, new FailoverMachine(new FailoverOptions()).State);
}
