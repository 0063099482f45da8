using System.Net;

namespace Apex.Vpn.Protocol.Admission;

/// <summary>What a key is granted: an authorizer's yes.</summary>
/// <remarks>Given to one question only: the device takes it over, and disposes the preshared key once it has copied it.</remarks>
public sealed class PeerGrant
{
    /// <summary>The longest time that a grant is used without asking again while the authorizer answers.</summary>
    public static readonly TimeSpan MaxTimeToLive = TimeSpan.FromMinutes(5);

    /// <summary>The peer's inner addresses. They must be nobody else's: a grant that overlaps another peer's is refused as a whole.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<IPNetwork> AllowedIPs { get; init; } = [];

    /// <summary>The preshared key of the handshake.</summary>
    /// <value>Null by default: none.</value>
    public PresharedKey? PresharedKey { get; init; }

    /// <summary>A number of the application's own, which it gets back in <see cref="Diagnostics.DeviceObserver.PeerAdmitted"/>: a tariff, say.</summary>
    /// <value>0 by default.</value>
    public int Class { get; init; }

    /// <summary>
    /// From when on the next handshake of the key asks again. That handshake does not wait for the answer; a refusal then ends the peer.
    /// </summary>
    /// <value><see cref="MaxTimeToLive"/> by default, which a longer time is cut to.</value>
    public TimeSpan TimeToLive { get; init; } = MaxTimeToLive;
}
