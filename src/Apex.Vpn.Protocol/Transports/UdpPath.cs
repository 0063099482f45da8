namespace Apex.Vpn.Protocol.Transports;

/// <summary>A remote endpoint together with the local address that its packets arrived on ("sticky source").</summary>
/// <param name="Remote">Where packets go to, or came from.</param>
/// <param name="LocalAddress">
/// The local address to send from, as in <see cref="UdpEndpoint.AddressBits"/> and of the same family as <paramref name="Remote"/>;
/// 0 lets the kernel choose.
/// </param>
/// <param name="LocalInterface">The index of the interface that goes with the local address; 0 when unknown.</param>
public readonly record struct UdpPath(UdpEndpoint Remote, UInt128 LocalAddress = default, int LocalInterface = 0)
{
    /// <summary>Whether a local address is pinned.</summary>
    public bool HasSource => LocalAddress != 0 || LocalInterface != 0;

    /// <summary>The same remote endpoint with the choice of the local address left to the kernel.</summary>
    public UdpPath WithoutSource() => new(Remote);
}
