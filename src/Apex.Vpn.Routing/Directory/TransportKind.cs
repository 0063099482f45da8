namespace Apex.Vpn.Routing.Directory;

/// <summary>How a server is spoken to at an endpoint. Kinds that a client does not know are kept in the list and never chosen.</summary>
public enum TransportKind : byte
{
    /// <summary>None: not a kind that a list may hold.</summary>
    None = 0,

    /// <summary>WireGuard over UDP.</summary>
    WireGuardUdp = 1,

    /// <summary>WireGuard datagrams, each after its length in two bytes, over TCP.</summary>
    WireGuardTcp = 2,

    /// <summary>The same over TLS.</summary>
    WireGuardTls = 3,

    /// <summary>OpenVPN over UDP.</summary>
    OpenVpnUdp = 4,

    /// <summary>OpenVPN over TCP.</summary>
    OpenVpnTcp = 5,
}
