using System.Runtime.Versioning;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>
/// How many handshakes a responder does, against what its Diffie-Hellman alone would allow; and how long known clients wait for theirs, in
/// quiet and during a flood. Everything stays on the loopback interface.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class HandshakesCommand
{
    /// <summary>The closed loop and the primitives are measured in turns, as are quiet and flood: what the machine does otherwise hits both.</summary>
    private const int Turns = 5;

    internal static int Run(string[] arguments)
    {
        HandshakesOptions options;
        try
        {
            options = HandshakesOptions.Parse(arguments);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
            Console.Error.WriteLine(HandshakesOptions.Usage);
            return 2;
        }
        return RunAsync(options).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(HandshakesOptions options)
    {
        await using LocalResponder? responder = options.Target.IsNone ? new LocalResponder() : null;
        PublicKey key = responder?.PublicKey ?? options.ResponderKey!.Value;
        var population = new Population(options.Peers, key);
        if (options.ConfigFile is { } file)
        {
            await File.WriteAllTextAsync(file, population.ToConfiguration());
            return 0;
        }
        UdpEndpoint target = responder is null ? options.Target : await responder.StartAsync(population);
        var report = new HandshakesReport();
        MeasureRate(options, population, target, report);
        if (options.Flood != 0) MeasureFlood(options, population, target, key, responder, report);
        if (options.Configure != 0) await MeasureConfigurationAsync(options, population, target, responder!, report);
        report.Print(Console.Out);
        if (options.JsonFile is { } json) await File.WriteAllBytesAsync(json, report.ToJson());
        return 0;
    }

    private static void MeasureRate(HandshakesOptions options, Population population, UdpEndpoint target, HandshakesReport report)
    {
        double primitives = Primitives.Measure();
        TimeSpan turn = TimeSpan.FromSeconds((double)options.Seconds / Turns);
        using var loop = new ClosedLoop(population, target, options.Outstanding);
        // The first handshake of a peer costs one agreement more, and just-in-time compilation is not what is asked about.
        population.Prepare(2 * population.Count);
        loop.Run(TimeSpan.FromMinutes(1));
        report.Rate("warm-up, lost", loop.Lost);
        for (int i = 0; i < Turns; i++)
        {
            // More than any responder with one core for handshakes does in that time.
            population.Prepare((int)(turn.TotalSeconds / primitives * 4) + options.Outstanding);
            GC.Collect();
            double before = Primitives.Measure(), rate = loop.Run(turn), after = Primitives.Measure();
            report.Turn(rate, (before + after) / 2);
        }
        report.Rate("completed", loop.Completed);
        report.Rate("checked in full", loop.Checked);
        report.Rate("lost", loop.Lost);
        report.Rate("answered by a cookie", loop.Cookies);
    }

    private static void MeasureFlood(
        HandshakesOptions options, Population population, UdpEndpoint target, PublicKey key, LocalResponder? responder, HandshakesReport report)
    {
        TimeSpan turn = TimeSpan.FromSeconds((double)options.Seconds / Turns);
        using var probe = new LatencyProbe(population, target, options.Clients);
        probe.Introduce();
        Dictionary<DropReason, long> dropped = responder?.Drops() ?? [];
        for (int i = 0; i < Turns; i++)
        {
            report.Quiet.Add(probe.Run(turn, options.Rate));
            var flood = new Flood(target, key, options.Flood);
            using (flood)
            {
                Thread.Sleep(200); // into its stride
                report.Flooded.Add(probe.Run(turn, options.Rate));
            }
            report.FloodRates.Add(flood.Sent);
            Thread.Sleep(1500); // load lasts a second
        }
        if (responder is null) return;
        foreach ((DropReason reason, long count) in responder.Drops()) report.Drops[reason] = count - dropped.GetValueOrDefault(reason);
    }

    private static async Task MeasureConfigurationAsync(
        HandshakesOptions options, Population population, UdpEndpoint target, LocalResponder responder, HandshakesReport report)
    {
        using var probe = new LatencyProbe(population, target, options.Clients);
        probe.Introduce();
        report.BeforeConfiguration = probe.Run(TimeSpan.FromSeconds(options.Seconds), options.Rate);
        Task<TimeSpan> configuration = Task.Run(() => responder.ConfigureAsync(options.Configure));
        report.Configuration = probe.Run(TimeSpan.FromSeconds(options.Seconds), options.Rate);
        report.ConfigurationTook = await configuration;
    }
}
