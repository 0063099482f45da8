namespace Apex.Vpn.Protocol;

/// <summary>Sees every inner packet in the clear and says whether it goes on.</summary>
/// <remarks>Called on data workers, several at once, once per packet: must be thread-safe and quick, and must not throw.</remarks>
public interface IPacketFilter
{
    /// <summary>A packet from the host to a peer, before it is sealed.</summary>
    /// <param name="peer">The peer that the destination address belongs to.</param>
    /// <param name="packet">The whole IP packet.</param>
    /// <returns>False to drop it.</returns>
    bool AllowOutbound(PublicKey peer, ReadOnlySpan<byte> packet);

    /// <summary>A packet from a peer to the host, after its source address was checked.</summary>
    /// <param name="peer">The peer it came from.</param>
    /// <param name="packet">The whole IP packet.</param>
    /// <returns>False to drop it.</returns>
    bool AllowInbound(PublicKey peer, ReadOnlySpan<byte> packet);
}
