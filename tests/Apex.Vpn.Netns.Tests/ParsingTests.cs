using Apex.Vpn.Netns.Measuring;
using Apex.Vpn.Netns.Processes;

namespace Apex.Vpn.Netns.Tests;

/// <summary>What programs and the kernel say, in their own words.</summary>
public sealed class ParsingTests
{
    [Fact]
    public void Iperf3_reports_what_the_receiver_got()
    {
        Transfer transfer = Iperf.Parse(
            """{ "end": { "sum_sent": { "bytes": 9000, "seconds": 1 }, "sum_received": { "bytes": 8000, "seconds": 2, "lost_packets": 5 } } }""");

        Assert.Equal(new Transfer(8000, 2), transfer);
        Assert.Equal(32e-6, transfer.GigabitsPerSecond, 1e-12);
        Assert.Equal(0.02, transfer.ThousandsPerSecond(200), 1e-12);
    }

    [Theory]
    [InlineData("""{ "start": {}, "end": {}, "error": "unable to connect to server" }""")]
    [InlineData("""{ "end": { "sum_received": { "bytes": 0, "seconds": 2 } } }""")]
    public void A_run_of_iperf3_that_failed_is_no_reading(string report) =>
        Assert.Throws<MeasurementException>(() => Iperf.Parse(report));

    [Fact]
    public void Ping_reports_the_mean()
    {
        const string Report =
            """
            --- 10.0.0.2 ping statistics ---
            50 packets transmitted, 50 received, 0% packet loss, time 245ms
            rtt min/avg/max/mdev = 0.007/0.020/0.184/0.025 ms
            """;

        Assert.Equal(0.020, Ping.ParseMean(Report));
        Assert.Throws<MeasurementException>(() => Ping.ParseMean("50 packets transmitted, 0 received, 100% packet loss"));
    }

    [Fact]
    public void A_process_whose_name_looks_like_fields_is_read_right() => Assert.Equal(
        1.75,
        ProcessorTime.ParseProcess("4711 (a) R (b c) S 1 4711 4711 0 -1 4194304 1 2 3 4 125 50 6 7 20 0 9 0 100 200 300"));

    [Fact]
    public void The_machine_s_time_is_neither_idle_nor_stolen() =>
        Assert.Equal(0.71, ProcessorTime.ParseMachine("cpu  10 20 30 4000 500 5 6 700 0 0"));

    [Fact]
    public void Peak_memory_is_the_high_water_mark() =>
        Assert.Equal(13_312, ProcessorTime.ParsePeakMemory(["Name:\tapex-wg", "VmPeak:\t   99 kB", "VmHWM:\t      13 kB", "VmRSS:\t   7 kB"]));
}
