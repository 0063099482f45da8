using System.Net;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>A <c>[Peer]</c> section of a <see cref="WireGuardConfiguration"/>.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class PeerConfiguration
{
    /// <summary>A peer with this key.</summary>
    /// <param name="publicKey">The peer's static public key.</param>
    public PeerConfiguration(PublicKey publicKey) => PublicKey = publicKey;

    internal PeerConfiguration() { }

    /// <summary>The peer's static public key.</summary>
    public PublicKey PublicKey { get; internal set; }

    /// <summary>The preshared key. The configuration disposes it.</summary>
    /// <value>Null by default: none.</value>
    public PresharedKey? PresharedKey { get; set; }

    /// <summary>The prefixes whose packets go to this peer and may come from it.</summary>
    public IList<IPNetwork> AllowedIps { get; } = [];

    /// <summary>Where the peer is reached until it is heard from elsewhere.</summary>
    /// <value>Null by default: known once the peer has been heard from.</value>
    public PeerEndpoint? Endpoint { get; set; }

    /// <summary>Seconds between keepalives, 1 to 65535; 0 for none.</summary>
    /// <value>Null by default: not said.</value>
    public ushort? PersistentKeepalive { get; set; }

    internal bool ContentEquals(PeerConfiguration other) =>
        PublicKey == other.PublicKey
        && SecretEquality.Same(PresharedKey, other.PresharedKey)
        && Equals(Endpoint, other.Endpoint)
        && PersistentKeepalive == other.PersistentKeepalive
        && AllowedIps.SequenceEqual(other.AllowedIps);
}
