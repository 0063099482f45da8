namespace Apex.Vpn.Protocol.Configuration;

/// <summary>A device's own settings at one moment.</summary>
public sealed class DeviceStatus
{
    /// <summary>The public key; null when no private key is set.</summary>
    public PublicKey? PublicKey { get; init; }

    /// <summary>The UDP port in use, or the one asked for while the device is down; 0 for none.</summary>
    public ushort ListenPort { get; init; }

    /// <summary>The firewall mark of outer packets; 0 for none.</summary>
    public uint FirewallMark { get; init; }

    /// <summary>How many peers are configured.</summary>
    public int PeerCount { get; init; }
}
