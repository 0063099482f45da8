using Apex.Vpn.Hosting.Tunnels;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

#pragma warning disable IDE0130 // where users of a host look for it
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Adds tunnels to a host.</summary>
public static class TunnelServiceCollectionExtensions
{
    /// <summary>
    /// Adds a tunnel that comes up with the host and goes down with it. Its options are checked when the host starts; when the tunnel
    /// fails later, the host stops.
    /// </summary>
    /// <remarks>
    /// <para>The running tunnel is a keyed service, <see cref="Tunnel"/>, under the tunnel's name. Registered under the same name, an
    /// <c>ITunDevice</c>, <c>IUdpTransport</c>, <c>IPacketFilter</c> or <c>DeviceObserver</c> is used instead of the system's own, or in
    /// addition to it; the tunnel disposes the first two.</para>
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="name">
    /// The tunnel's name, by which its options are named; also the name of its interface unless the options say otherwise. A second call
    /// with the same name adds to the options and makes no second tunnel.
    /// </param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services, for more calls.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static IServiceCollection AddApexVpnTunnel(this IServiceCollection services, string name, Action<TunnelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<TunnelOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TunnelOptions>, TunnelOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<TunnelOptions>, TunnelOptionsDefaults>());
        if (services.Any(service => service.IsKeyedService && service.ServiceType == typeof(Tunnel) && name.Equals(service.ServiceKey)))
            return services;
        services.AddKeyedSingleton(name, static (_, key) => new Tunnel((string)key!));
        services.AddSingleton<IHostedService>(provider => new TunnelHostedService(
            provider.GetRequiredKeyedService<Tunnel>(name),
            provider,
            provider.GetRequiredService<IOptionsMonitor<TunnelOptions>>(),
            provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<ILogger<Tunnel>>()));
        return services;
    }
}
