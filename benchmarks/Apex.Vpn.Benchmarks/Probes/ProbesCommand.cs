using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using Apex.Vpn.Benchmarks.Scale;

namespace Apex.Vpn.Benchmarks.Probes;

/// <summary>
/// <c>probes [--seconds 5] [--pairs 10000] [--json]</c>: how many latency probes a core answers, what junk costs with and without them, and
/// whether their timing tells them from initiations answered by cookies. Everything stays on the loopback interface.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class ProbesCommand
{
    internal static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        TimeSpan duration = TimeSpan.FromSeconds(arguments.Number("--seconds", 5));
        EngineProbes.Result engine = EngineProbes.Measure(duration);
        JunkCost.Result[] junk = [JunkCost.Measure(identities: 1), JunkCost.Measure(identities: 8)];
        SocketProbes.Result sockets = SocketProbes.MeasureAsync(duration).GetAwaiter().GetResult();
        TimingLikeness.Result timing = TimingLikeness.MeasureAsync(arguments.Number("--pairs", 10_000)).GetAwaiter().GetResult();
        if (arguments.Flag("--json"))
        {
            Console.WriteLine(JsonSerializer.Serialize(new { engine, junk, sockets, timing }, JsonSerializerOptions.Web));
            return 0;
        }
        CultureInfo culture = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(culture, $"engine alone, answers per second and core   {engine.PerSecond,12:N0}"));
        Console.WriteLine(string.Create(culture, $"payload out / in                            {engine.OutToIn,12:F3}"));
        Console.WriteLine(string.Create(culture, $"sockets, answers per second of device CPU   {sockets.PerCoreSecond,12:N0}"));
        Console.WriteLine(string.Create(culture, $"sockets, answers per second                 {sockets.PerSecond,12:N0}  ({sockets.Lost:N0} of {sockets.Sent:N0} lost)"));
        foreach (JunkCost.Result cost in junk)
        {
            Console.WriteLine(string.Create(culture, $"junk initiation, {cost.Identities} identities, probes off   {cost.Off,12:F1} ns  = {cost.OffHashes:F2} keyed hashes of {cost.KeyedHash:F1} ns"));
            Console.WriteLine(string.Create(culture, $"  with probes on, two epochs                {cost.On,12:F1} ns  = {cost.OnHashes:F2}"));
        }
        Console.WriteLine(string.Create(culture, $"delay of a cookie, median                   {timing.CookieMedian,12:F1} us  ({timing.Cookies:N0})"));
        Console.WriteLine(string.Create(culture, $"delay of a probe's reply, median            {timing.ProbeMedian,12:F1} us  ({timing.Probes:N0})"));
        Console.WriteLine(string.Create(culture, $"chance that a probe's is the longer one     {timing.Auc,12:F4}  +- {timing.AucError:F4}"));
        return 0;
    }
}
