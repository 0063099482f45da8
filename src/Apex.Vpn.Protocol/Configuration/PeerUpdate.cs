using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>A change to one peer: made if it does not exist, else modified. What is null stays as it is.</summary>
/// <remarks>Not thread-safe. The device copies what it needs, secrets included.</remarks>
public sealed class PeerUpdate
{
    // Room for what most updates are: all prefixes cleared, one added.
    private readonly List<AllowedIpChange> _allowedIps = new(capacity: 2);

    /// <summary>A change to the peer with this key.</summary>
    /// <param name="publicKey">The peer's static public key.</param>
    public PeerUpdate(PublicKey publicKey) => PublicKey = publicKey;

    /// <summary>The peer's static public key.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Remove the peer; nothing else in this change matters then.</summary>
    /// <value>False by default.</value>
    public bool Remove { get; set; }

    /// <summary>Do nothing if the peer does not exist.</summary>
    /// <value>False by default.</value>
    public bool UpdateOnly { get; set; }

    /// <summary>The preshared key from the next handshake on; all zeros takes it away.</summary>
    /// <value>Null by default: unchanged.</value>
    public PresharedKey? PresharedKey { get; set; }

    /// <summary>Where the peer is reached until it is heard from elsewhere.</summary>
    /// <value>Null by default: unchanged.</value>
    public UdpEndpoint? Endpoint { get; set; }

    /// <summary>Seconds between keepalives, 1 to 65535; 0 for none.</summary>
    /// <value>Null by default: unchanged.</value>
    public ushort? PersistentKeepalive { get; set; }

    /// <summary>Changes to the peer's allowed IPs, made in this order.</summary>
    public IList<AllowedIpChange> AllowedIps => _allowedIps;
}
