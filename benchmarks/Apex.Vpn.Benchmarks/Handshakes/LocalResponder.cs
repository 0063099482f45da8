using System.Net;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>Our own responder, on real sockets in this process; its TUN is in memory.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LocalResponder(WireGuardDeviceOptions? options = null) : IAsyncDisposable
{
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly WireGuardDevice _device = new(new InMemoryTun("responder"), new LinuxUdpTransport(), options);

    internal WireGuardDevice Device => _device;

    internal PublicKey PublicKey => _key.DerivePublicKey();

    /// <summary>Takes in the population and listens; returns where.</summary>
    internal async Task<UdpEndpoint> StartAsync(Population population)
    {
        var update = new DeviceUpdate { PrivateKey = _key };
        for (int i = 0; i < population.Count; i++)
        {
            var peer = new PeerUpdate(population[i].PublicKey);
            peer.AllowedIps.Add(AllowedIpChange.Add(IPNetwork.Parse(Population.AllowedIp(population[i]))));
            update.Peers.Add(peer);
        }
        await _device.ApplyAsync(update);
        _device.Up();
        return UdpEndpoint.FromIPv4(127u << 24 | 1, (await _device.GetStatusAsync()).ListenPort);
    }

    /// <summary>Adds peers that never come, as a large `wg setconf` would, in one call; returns how long it took.</summary>
    internal async Task<TimeSpan> ConfigureAsync(int peers)
    {
        var update = new DeviceUpdate();
        byte[] key = new byte[PublicKey.Size];
        for (int i = 0; i < peers; i++)
        {
            Random.Shared.NextBytes(key);
            var peer = new PeerUpdate(new PublicKey(key));
            peer.AllowedIps.Add(AllowedIpChange.Add(IPNetwork.Parse($"11.{i >> 16}.{(i >> 8) & 255}.{i & 255}/32")));
            update.Peers.Add(peer);
        }
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        await _device.ApplyAsync(update);
        return System.Diagnostics.Stopwatch.GetElapsedTime(start);
    }

    /// <summary>What was dropped so far, by reason.</summary>
    internal Dictionary<DropReason, long> Drops() =>
        Enum.GetValues<DropReason>().Where(reason => _device.CountDropped(reason) != 0).ToDictionary(reason => reason, _device.CountDropped);

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _key.Dispose();
    }
}
