using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Scale;

/// <summary><c>peers [--count 1000000] [--json]</c>: what a peer costs that is configured and never in touch.</summary>
internal static class PeersCommand
{
    private const int Part = 16 * 1024;

    internal static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        int count = arguments.Number("--count", 1_000_000);
        Result result = MeasureAsync(count).GetAwaiter().GetResult();
        if (arguments.Flag("--json"))
        {
            Console.WriteLine(JsonSerializer.Serialize(result, JsonSerializerOptions.Web));
            return 0;
        }
        CultureInfo culture = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(culture, $"peers configured           {result.Peers,12:N0}"));
        Console.WriteLine(string.Create(culture, $"resident memory per peer   {result.ResidentBytesPerPeer,12:F1} B"));
        Console.WriteLine(string.Create(culture, $"managed heap per peer      {result.HeapBytesPerPeer,12:F1} B"));
        Console.WriteLine(string.Create(culture, $"time per peer added        {result.MicrosecondsPerPeer,12:F2} us"));
        Console.WriteLine(string.Create(culture, $"time per peer removed      {result.MicrosecondsPerRemoval,12:F2} us"));
        return 0;
    }

    private static async Task<Result> MeasureAsync(int count)
    {
        var network = new InMemoryNetwork();
        await using var device = new WireGuardDevice(new InMemoryTun(), network.AddHost(ManyPeers.Address(0)));
        using (PrivateKey key = PrivateKey.Generate()) await device.ApplyAsync(new DeviceUpdate { PrivateKey = key });
        device.Up();
        await ConfigureAsync(device, 2 * Part); // compiled, and every table made once
        await device.ApplyAsync(new DeviceUpdate { ReplacePeers = true });

        (long resident, long heap) = Memory();
        TimeSpan adding = await ConfigureAsync(device, count);
        (long residentAfter, long heapAfter) = Memory();
        long begin = Stopwatch.GetTimestamp();
        await device.ApplyAsync(new DeviceUpdate { ReplacePeers = true });
        TimeSpan removing = Stopwatch.GetElapsedTime(begin);
        return new Result(
            count,
            (residentAfter - resident) / (double)count,
            (heapAfter - heap) / (double)count,
            adding.TotalMicroseconds / count,
            removing.TotalMicroseconds / count);
    }

    /// <summary>Adds peers; the time is the device's, without what it takes to make keys and updates.</summary>
    private static async Task<TimeSpan> ConfigureAsync(WireGuardDevice device, int count)
    {
        TimeSpan elapsed = default;
        for (int first = 0; first < count; first += Part)
        {
            DeviceUpdate update = ManyPeers.Update(first, Math.Min(Part, count - first));
            long begin = Stopwatch.GetTimestamp();
            await device.ApplyAsync(update);
            elapsed += Stopwatch.GetElapsedTime(begin);
        }
        return elapsed;
    }

    /// <summary>Resident memory of the process and the size of its heap, once all garbage is gone and given back.</summary>
    private static (long Resident, long Heap) Memory()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        using var process = Process.GetCurrentProcess();
        return (process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: false));
    }

    private sealed record Result(
        int Peers, double ResidentBytesPerPeer, double HeapBytesPerPeer, double MicrosecondsPerPeer, double MicrosecondsPerRemoval);
}
