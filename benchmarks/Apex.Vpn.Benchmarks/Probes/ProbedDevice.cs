using System.Globalization;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Probes;

/// <summary>A device on real sockets that answers probes, and what its threads have used of the processor.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ProbedDevice : IAsyncDisposable
{
    /// <summary>What its threads' names begin with.</summary>
    private const string Name = "probed";

    private readonly WireGuardDevice _device = new(new InMemoryTun(Name), new LinuxUdpTransport());

    internal async Task<UdpEndpoint> StartAsync(ProbeWork work)
    {
        await _device.ApplyAsync(new DeviceUpdate { PrivateKey = work.PrivateKey });
        _device.AnswerProbes(work.Options());
        _device.Up();
        return UdpEndpoint.FromIPv4(127u << 24 | 1, (await _device.GetStatusAsync()).ListenPort);
    }

    /// <summary>What the device's threads have run so far, by the kernel's scheduler.</summary>
    internal static TimeSpan ProcessorTime() => new(
        (from task in Directory.EnumerateDirectories("/proc/self/task")
         where File.ReadAllText(Path.Combine(task, "comm")).StartsWith(Name, StringComparison.Ordinal)
         let ran = File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0]
         select long.Parse(ran, CultureInfo.InvariantCulture)).Sum() / 100);

    public ValueTask DisposeAsync() => _device.DisposeAsync();
}
