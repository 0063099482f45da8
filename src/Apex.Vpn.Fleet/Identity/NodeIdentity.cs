namespace Apex.Vpn.Fleet.Identity;

/// <summary>Who showed a certificate.</summary>
/// <param name="Node">The node's id.</param>
/// <param name="Serial">The certificate's serial number.</param>
/// <param name="NotAfter">When the certificate ends.</param>
public readonly record struct NodeIdentity(Guid Node, UInt128 Serial, DateTimeOffset NotAfter);
