namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>Which way a packet goes through a tunnel. The values are pcapng's.</summary>
public enum PacketDirection
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>From a peer to the host.</summary>
    Inbound = 1,

    /// <summary>From the host to a peer.</summary>
    Outbound = 2,
}
