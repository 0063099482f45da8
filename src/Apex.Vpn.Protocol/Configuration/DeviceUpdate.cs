namespace Apex.Vpn.Protocol.Configuration;

/// <summary>A change to a device and its peers. What is null stays as it is.</summary>
/// <remarks>
/// Applied in this order: listening port, private key, mark, removal of all peers, then the peers' changes one after another. Not
/// thread-safe. The device copies what it needs, secrets included; the caller disposes the keys it put in.
/// </remarks>
public sealed class DeviceUpdate
{
    /// <summary>The static private key; all zeros takes it away.</summary>
    /// <value>Null by default: unchanged.</value>
    public PrivateKey? PrivateKey { get; set; }

    /// <summary>The UDP port; 0 chooses a free one.</summary>
    /// <value>Null by default: unchanged.</value>
    public ushort? ListenPort { get; set; }

    /// <summary>The firewall mark of outer packets; 0 for none.</summary>
    /// <value>Null by default: unchanged.</value>
    public uint? FirewallMark { get; set; }

    /// <summary>Remove all peers before the changes in <see cref="Peers"/>.</summary>
    /// <value>False by default.</value>
    public bool ReplacePeers { get; set; }

    /// <summary>Changes to peers, made in this order.</summary>
    public IList<PeerUpdate> Peers { get; } = [];
}
