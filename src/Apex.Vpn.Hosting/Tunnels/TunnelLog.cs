using Microsoft.Extensions.Logging;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>Everything that tunnels log: event ids 1 to 99. No key, endpoint or address is ever logged.</summary>
internal static partial class TunnelLog
{
    [LoggerMessage(1, LogLevel.Information, "Tunnel {Tunnel} is up on UDP port {Port} with {Peers} peers.")]
    internal static partial void Started(ILogger logger, string tunnel, int port, int peers);

    [LoggerMessage(2, LogLevel.Information, "Tunnel {Tunnel} is down.")]
    internal static partial void Stopped(ILogger logger, string tunnel);

    [LoggerMessage(3, LogLevel.Warning, "The configuration of tunnel {Tunnel} holds keys, and others than its owner may read it: {File}.")]
    internal static partial void ReadableByOthers(ILogger logger, string tunnel, string file);

    [LoggerMessage(4, LogLevel.Information, "Addresses, DNS, routes and commands in the configuration of tunnel {Tunnel} are left to the system.")]
    internal static partial void SettingsLeft(ILogger logger, string tunnel);

    [LoggerMessage(5, LogLevel.Critical, "Tunnel {Tunnel} has failed; the host stops.")]
    internal static partial void Failed(ILogger logger, string tunnel, Exception exception);
}
