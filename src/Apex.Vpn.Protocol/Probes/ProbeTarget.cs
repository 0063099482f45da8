using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Probes;

/// <summary>A node that a client measures the way to, in one epoch.</summary>
/// <remarks>Holds a key that follows from the epoch's secret; erased when disposed. Safe from any thread.</remarks>
public sealed class ProbeTarget : IDisposable
{
    /// <summary>A target.</summary>
    /// <param name="endpoint">Where the node listens for WireGuard.</param>
    /// <param name="publicKey">The node's static public key.</param>
    /// <param name="epoch">The epoch of now; its secret is not needed afterwards.</param>
    /// <exception cref="ArgumentException">No endpoint.</exception>
    /// <exception cref="ObjectDisposedException">The secret was disposed.</exception>
    public ProbeTarget(UdpEndpoint endpoint, PublicKey publicKey, ProbeEpoch epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (endpoint.IsNone) throw new ArgumentException("A target has an endpoint.", nameof(endpoint));
        Endpoint = endpoint;
        PublicKey = publicKey;
        Key = new ProbeKey(in publicKey, epoch.Number, epoch.Secret.Bytes);
    }

    /// <summary>Where the node listens.</summary>
    public UdpEndpoint Endpoint { get; }

    /// <summary>The node's static public key.</summary>
    public PublicKey PublicKey { get; }

    internal ProbeKey Key { get; }

    /// <summary>Erases the key. May be called more than once.</summary>
    public void Dispose() => Key.Dispose();
}
