namespace Apex.Vpn.Protocol.Admission;

/// <summary>A key that asks to be let in. Nothing else is told about its holder: no address, no time.</summary>
/// <param name="PublicKey">The initiator's static public key; it has proven that it holds the private one.</param>
/// <param name="Identity">The public key of the device's identity that it called.</param>
public readonly record struct PeerRequest(PublicKey PublicKey, PublicKey Identity);
