namespace Apex.Vpn.Protocol.Configuration;

/// <summary>What one client of the configuration protocol may ask of us. Generous: the clients are root's.</summary>
internal sealed class UapiLimits
{
    internal static UapiLimits Default { get; } = new();

    /// <summary>The longest line; the longest that means something is an endpoint with the name of a scope.</summary>
    internal int LineBytes { get; init; } = 4096;

    /// <summary>Peers in one set operation; as many as the kernel's engine has room for.</summary>
    internal int Peers { get; init; } = 1 << 20;

    /// <summary>Changes to allowed IPs in one set operation, over all peers.</summary>
    internal int AllowedIps { get; init; } = 1 << 24;

    /// <summary>Connections served at a time; others wait to be accepted.</summary>
    internal int Connections { get; init; } = 64;
}
