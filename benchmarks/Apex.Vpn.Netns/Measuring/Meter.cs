using Apex.Vpn.Netns.Network;
using Apex.Vpn.Netns.Processes;

namespace Apex.Vpn.Netns.Measuring;

/// <summary>Sends traffic along a route and reads what arrived and what it cost.</summary>
internal static class Meter
{
    internal static async Task<Reading> MeasureAsync(Route route, Traffic traffic, double seconds, CancellationToken cancellationToken)
    {
        double machine = ProcessorTime.OfMachine();
        double[] daemons = DaemonSeconds(route);
        (double value, long bytes) = await SendAsync(route, traffic, seconds, cancellationToken);
        foreach (Daemon daemon in route.Daemons) daemon.MustRun();
        double[] spent = [.. DaemonSeconds(route).Zip(daemons, static (after, before) => after - before)];
        return new Reading(value, bytes / 1e9, spent, ProcessorTime.OfMachine() - machine);
    }

    private static async Task<(double Value, long Bytes)> SendAsync(
        Route route, Traffic traffic, double seconds, CancellationToken cancellationToken)
    {
        switch (traffic)
        {
            case Traffic.PingIdle:
                return (await Ping.MeanAsync(route, seconds, cancellationToken), 0);
            case Traffic.PingLoaded:
                Task<double> Mean() => Ping.MeanAsync(route, seconds, cancellationToken);
                return (await Iperf.BesideAsync(route, seconds, Mean, cancellationToken), 0);
            case Traffic.Udp200:
            case Traffic.Udp64:
                int size = traffic == Traffic.Udp200 ? 200 : 64;
                Transfer datagrams = await Iperf.RunAsync(route, $"-u -b 0 -l {size}", seconds, cancellationToken);
                return (datagrams.ThousandsPerSecond(size), datagrams.Bytes);
            default:
                Transfer stream = await Iperf.RunAsync(route, Words(traffic), seconds, cancellationToken);
                return (stream.GigabitsPerSecond, stream.Bytes);
        }
    }

    private static string Words(Traffic traffic) => traffic switch
    {
        Traffic.Tcp1 => "",
        Traffic.Tcp8 => "-P 8",
        Traffic.TcpReverse => "-R",
        Traffic.Udp1372 => "-u -b 0 -l 1372",
        _ => throw new ArgumentOutOfRangeException(nameof(traffic)),
    };

    private static double[] DaemonSeconds(Route route) =>
        [.. route.Daemons.Select(static daemon => ProcessorTime.OfProcess(daemon.ProcessId))];
}
