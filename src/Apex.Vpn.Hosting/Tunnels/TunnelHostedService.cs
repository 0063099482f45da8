using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>Brings a tunnel up with the host and down with it; stops the host when the tunnel fails.</summary>
internal sealed class TunnelHostedService(
    Tunnel tunnel,
    IServiceProvider services,
    IOptionsMonitor<TunnelOptions> options,
    IHostApplicationLifetime lifetime,
    ILogger<Tunnel> logger) : IHostedService
{
    private Task _watch = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        TunnelOptions settings = options.Get(tunnel.Name);
        using WireGuardConfiguration configuration =
            await ConfigurationFile.ReadAsync(settings.ConfigurationFile, cancellationToken).ConfigureAwait(false);
        if (ConfigurationFile.IsReadableByOthers(settings.ConfigurationFile))
            TunnelLog.ReadableByOthers(logger, tunnel.Name, settings.ConfigurationFile);
        if (HasSettingsOfTheSystem(configuration.Interface)) TunnelLog.SettingsLeft(logger, tunnel.Name);
        var addresses = await EndpointNames.ResolveAsync(configuration, cancellationToken).ConfigureAwait(false);

        WireGuardDevice device =
            TunnelParts.Build(services, tunnel.Name, settings.InterfaceName, configuration.Interface.Mtu ?? settings.Mtu);
        try
        {
            DeviceUpdate update = configuration.ToDeviceUpdate(
                replacePeers: true, (name, port) => EndpointNames.Find(addresses, name, port));
            await device.ApplyAsync(update, cancellationToken).ConfigureAwait(false);
            device.Up();
        }
        catch
        {
            await device.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        tunnel.Attach(device);
        _watch = WatchAsync(device);
        DeviceStatus status = await device.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        TunnelLog.Started(logger, tunnel.Name, status.ListenPort, status.PeerCount);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (tunnel.Device is null) return;
        await tunnel.DisposeAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        TunnelLog.Stopped(logger, tunnel.Name);
    }

    private async Task WatchAsync(WireGuardDevice device)
    {
        try
        {
            await device.Completion.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever ended the device, the host must hear of it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            TunnelLog.Failed(logger, tunnel.Name, exception);
            lifetime.StopApplication();
        }
    }

    private static bool HasSettingsOfTheSystem(InterfaceConfiguration settings) =>
        settings.Addresses.Count + settings.DnsServers.Count + settings.DnsSearchDomains.Count > 0
        || settings.Table is not null
        || settings.PreUp.Count + settings.PostUp.Count + settings.PreDown.Count + settings.PostDown.Count > 0;
}
