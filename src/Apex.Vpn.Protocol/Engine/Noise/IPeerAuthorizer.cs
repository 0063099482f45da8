namespace Apex.Vpn.Protocol.Engine.Noise;

/// <summary>
/// Is asked about an initiator whose static key is no configured peer's, once the initiator has proven that it holds the key. The seam for
/// peers made just in time.
/// </summary>
internal interface IPeerAuthorizer
{
    /// <summary>Whether the engine shall make a peer of this key. Called on the control worker; must not block.</summary>
    bool Admits(PublicKey key, DeviceIdentity identity);
}
