using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Apex.Vpn.Benchmarks.Handshakes;
using Apex.Vpn.Benchmarks.Scale;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Engine.Admission;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Admission;

/// <summary>
/// <c>admission [--turns 5] [--seconds 2] [--rate 250] [--flood 50000] [--marks 1048576] [--json]</c>: what just-in-time peers cost beside
/// configured ones. Everything stays on the loopback interface.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class AdmissionCommand
{
    internal static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        AdmissionReport report = MeasureAsync(arguments).GetAwaiter().GetResult();
        if (arguments.Flag("--json")) Console.WriteLine(report.ToJson());
        else report.Print(Console.Out);
        return 0;
    }

    private static async Task<AdmissionReport> MeasureAsync(Arguments arguments)
    {
        int turns = arguments.Number("--turns", 5), rate = arguments.Number("--rate", 250), strangers = arguments.Number("--flood", 50_000);
        TimeSpan turn = TimeSpan.FromSeconds(arguments.Number("--seconds", 2));
        int perTurn = (int)(turn.TotalSeconds * rate) + rate;
        var authorizer = new GrantAll();
        await using var configured = new LocalResponder();
        await using var responder = new LocalResponder(new WireGuardDeviceOptions { Admission = new AdmissionOptions { Authorizer = authorizer } });
        // The first turn is for compilation, and is forgotten.
        var known = new Population(perTurn * (turns + 1), configured.PublicKey);
        var unknown = new Population(known.Count, responder.PublicKey);
        for (int i = 0; i < unknown.Count; i++) authorizer.Add(unknown[i].PublicKey, Population.AllowedIp(unknown[i]));
        UdpEndpoint configuredAt = await configured.StartAsync(known), at = await responder.StartAsync(new Population(0, responder.PublicKey));

        List<Latencies> direct = [], asked = [], quiet = [], flooded = [];
        using (var first = new LatencyProbe(known, configuredAt, known.Count))
        using (var second = new LatencyProbe(unknown, at, unknown.Count))
        {
            for (int i = 0; i <= turns; i++)
            {
                direct.Add(first.Run(turn, rate)); // each client once: nobody has a session, nothing is agreed yet
                asked.Add(second.Run(turn, rate));
            }
        }
        direct.RemoveAt(0);
        asked.RemoveAt(0);

        double floodRate = 0;
        DeviceAdmission admission = responder.Device.Admission!;
        // Clients with a session of a third device, which asks an authorizer too: the strangers' keys are nobody's.
        await using var guarded = new LocalResponder(new WireGuardDeviceOptions { Admission = new AdmissionOptions { Authorizer = authorizer } });
        var regulars = new Population(200, guarded.PublicKey);
        UdpEndpoint guardedAt = await guarded.StartAsync(regulars);
        using (var probe = new LatencyProbe(regulars, guardedAt, regulars.Count))
        {
            probe.Introduce();
            for (int i = 0; i < turns; i++)
            {
                quiet.Add(probe.Run(turn, rate));
                var flood = new Flood(guardedAt, guarded.PublicKey, strangers);
                using (flood)
                {
                    Thread.Sleep(200);
                    flooded.Add(probe.Run(turn, rate));
                }
                floodRate += flood.Sent / turns;
                Thread.Sleep(1500); // load lasts a second
            }
        }
        double[] quietRevocations = Revoke(admission, responder.Device, unknown, 300, 200);
        double[] floodedRevocations;
        using (new Flood(at, responder.PublicKey, strangers))
        {
            Thread.Sleep(200);
            floodedRevocations = Revoke(admission, responder.Device, unknown, 500, 200);
        }
        int marks = arguments.Number("--marks", 1 << 20);
        return new AdmissionReport(
            Median(direct.Select(static run => run.Percentile(0.5))),
            Median(asked.Select(static run => run.Percentile(0.5))),
            Median(asked.Zip(direct, static (a, d) => a.Percentile(0.5) - d.Percentile(0.5))),
            Median(asked.Zip(direct, static (a, d) => a.Percentile(0.99) - d.Percentile(0.99))),
            asked.Sum(static run => run.Sorted.Length),
            asked.Sum(static run => run.Sent),
            Median(quiet.Select(static run => run.Percentile(0.99))),
            Median(flooded.Select(static run => run.Percentile(0.99))),
            Median(flooded.Zip(quiet, static (f, q) => f.Percentile(0.99) / q.Percentile(0.99))),
            floodRate,
            quietRevocations[^1],
            quietRevocations[quietRevocations.Length / 2],
            floodedRevocations[^1],
            MeasureMarks(marks),
            marks);
    }

    /// <summary>Revokes live peers one by one; how long each took until the device no longer has it, sorted.</summary>
    private static double[] Revoke(DeviceAdmission admission, WireGuardDevice device, Population population, int first, int count)
    {
        var times = new List<double>(count);
        for (int i = first; i < first + count; i++)
        {
            PublicKey key = population[i].PublicKey;
            if (device.GetPeer(key) is null) continue;
            long start = Stopwatch.GetTimestamp();
            admission.Revoke(key);
            // The device answers between two steps; the step that removes a peer also erases its keys, unless a data worker is at them.
            while (device.GetPeer(key) is not null) Thread.Yield();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        if (times.Count == 0) throw new InvalidOperationException("There was nobody to revoke.");
        times.Sort();
        return [.. times];
    }

    private static double MeasureMarks(int count)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var marks = new ReplayMarks(count);
        Span<byte> random = stackalloc byte[2 * sizeof(ulong)];
        for (int i = 0; i < count; i++)
        {
            RandomNumberGenerator.Fill(random);
            marks.Leave(new KeyId(BitConverter.ToUInt64(random), BitConverter.ToUInt64(random[8..])), Tai64n.FromUnix(i));
        }
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(marks);
        return (after - before) / (double)count;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
