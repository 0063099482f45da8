using Microsoft.Extensions.Options;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>Fills in what follows from the tunnel's name.</summary>
internal sealed class TunnelOptionsDefaults : IPostConfigureOptions<TunnelOptions>
{
    /// <inheritdoc/>
    public void PostConfigure(string? name, TunnelOptions options)
    {
        if (string.IsNullOrEmpty(options.InterfaceName)) options.InterfaceName = name ?? "";
    }
}
