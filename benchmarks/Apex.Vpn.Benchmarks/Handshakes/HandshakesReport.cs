using System.Globalization;
using System.Text.Json;
using Apex.Vpn.Protocol.Diagnostics;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>What was measured, for people and for programs.</summary>
internal sealed class HandshakesReport
{
    private readonly List<(double Rate, double Primitives)> _turns = [];
    private readonly List<(string What, long Count)> _counts = [];

    internal List<Latencies> Quiet { get; } = [];

    internal List<Latencies> Flooded { get; } = [];

    internal List<double> FloodRates { get; } = [];

    internal Dictionary<DropReason, long> Drops { get; } = [];

    internal Latencies? BeforeConfiguration { get; set; }

    internal Latencies? Configuration { get; set; }

    internal TimeSpan ConfigurationTook { get; set; }

    internal void Turn(double rate, double primitives) => _turns.Add((rate, primitives));

    internal void Rate(string what, long count) => _counts.Add((what, count));

    internal void Print(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            closed loop: {Rates:F0} handshakes/s; 3 agreements + 1 base point {Primitives * 1e6:F1} us; ratio {Ratio:F3}
              turns: {string.Join(' ', _turns.Select(static turn => (turn.Rate * turn.Primitives).ToString("F3", CultureInfo.InvariantCulture)))}
              {string.Join(", ", _counts.Select(static count => $"{count.What} {count.Count}"))}
            """));
        if (Flooded.Count != 0)
        {
            Latencies quiet = Latencies.Join(Quiet), flooded = Latencies.Join(Flooded);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                known clients: quiet {Describe(quiet)}
                  under {FloodRates.Average():F0} messages/s: {Describe(flooded)}
                  ratio, median of turns: p50 {Slowdown(0.5):F2}, p99 {Slowdown(0.99):F2}; of all together: p99 {flooded.Percentile(0.99) / quiet.Percentile(0.99):F2}
                  turns, p99: {string.Join(' ', Quiet.Zip(Flooded).Select(Pair))}
                  dropped: {string.Join(", ", Drops.Where(static drop => drop.Value != 0).Select(static drop => $"{drop.Key} {drop.Value}"))}
                """));
        }
        if (Configuration is null) return;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            known clients before configuration: {Describe(BeforeConfiguration!)}
              while it goes on ({ConfigurationTook.TotalMilliseconds:F0} ms): {Describe(Configuration)}
            """));
    }

    internal byte[] ToJson()
    {
        var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("handshakes_per_second", Rates);
            json.WriteNumber("primitives_seconds", Primitives);
            json.WriteNumber("ratio", Ratio);
            if (Flooded.Count != 0)
            {
                Write(json, "quiet", Latencies.Join(Quiet));
                Write(json, "flood", Latencies.Join(Flooded));
                json.WriteNumber("flood_messages_per_second", FloodRates.Average());
                json.WriteNumber("p50_ratio", Slowdown(0.5));
                json.WriteNumber("p99_ratio", Slowdown(0.99));
            }
            if (Configuration is not null)
            {
                Write(json, "before_configuration", BeforeConfiguration!);
                Write(json, "configuration", Configuration);
            }
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private double Rates => Median(_turns.Select(static turn => turn.Rate));

    private double Primitives => Median(_turns.Select(static turn => turn.Primitives));

    private double Ratio => Median(_turns.Select(static turn => turn.Rate * turn.Primitives));

    /// <summary>Flood against quiet in each turn: what hit both does not count, nor what hit one turn alone.</summary>
    private double Slowdown(double share) =>
        Median(Quiet.Zip(Flooded).Select(turn => turn.Second.Percentile(share) / turn.First.Percentile(share)));

    private static string Pair((Latencies Quiet, Latencies Flooded) turn) =>
        string.Create(CultureInfo.InvariantCulture, $"{turn.Quiet.Percentile(0.99):F3}/{turn.Flooded.Percentile(0.99):F3}");

    private static string Describe(Latencies run) => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {run.Percentile(0.5):F3} ms, p99 {run.Percentile(0.99):F3} ms, longest {run.Percentile(1):F3} ms, {run.Sorted.Length} of {run.Sent} answered");

    private static void Write(Utf8JsonWriter json, string name, Latencies run)
    {
        json.WriteStartObject(name);
        json.WriteNumber("sent", run.Sent);
        json.WriteNumber("answered", run.Sorted.Length);
        if (run.Sorted.Length != 0)
        {
            json.WriteNumber("p50_ms", run.Percentile(0.5));
            json.WriteNumber("p99_ms", run.Percentile(0.99));
        }
        json.WriteEndObject();
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
