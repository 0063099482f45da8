namespace Apex.Vpn.Protocol.Configuration;

/// <summary>What a configuration protocol needs of a device. <c>WireGuardDevice</c> is one; tests have their own.</summary>
internal interface IDeviceControl
{
    /// <summary>Applies a change. Throws <see cref="System.Net.Sockets.SocketException"/> when the port cannot be had.</summary>
    ValueTask ApplyAsync(DeviceUpdate update, CancellationToken cancellationToken);

    /// <summary>The device's own settings.</summary>
    ValueTask<DeviceStatus> GetStatusAsync(CancellationToken cancellationToken);

    /// <summary>Copies the private key into 32 bytes of the caller's; false when none is set.</summary>
    bool TryCopyPrivateKey(Span<byte> destination);

    /// <summary>Copies a peer's preshared key into 32 bytes of the caller's (zeros for none); false when there is no such peer.</summary>
    bool TryCopyPresharedKey(PublicKey peer, Span<byte> destination);

    /// <summary>
    /// The peers in the order they were added, read in small steps, so that a slow reader neither blocks the device nor makes it hold a
    /// copy of all. A peer removed meanwhile may be missing, one added meanwhile may be there.
    /// </summary>
    IAsyncEnumerable<PeerStatus> ReadPeersAsync(CancellationToken cancellationToken);
}
