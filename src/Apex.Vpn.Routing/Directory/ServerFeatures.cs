namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// What a server offers beyond a way out. Bits that a client does not know are kept, so that an older client passes them on and a newer one
/// can ask for them.
/// </summary>
[Flags]
public enum ServerFeatures : uint
{
    /// <summary>Nothing in particular.</summary>
    None = 0,

    /// <summary>Carries IPv6 inside the tunnel.</summary>
    IPv6 = 1 << 0,

    /// <summary>Peer-to-peer traffic is welcome.</summary>
    PeerToPeer = 1 << 1,

    /// <summary>Forwards ports to clients.</summary>
    PortForwarding = 1 << 2,

    /// <summary>Can be the first of two hops.</summary>
    MultihopEntry = 1 << 3,

    /// <summary>Can be the second of two hops.</summary>
    MultihopExit = 1 << 4,

    /// <summary>Streaming services accept its addresses.</summary>
    Streaming = 1 << 5,

    /// <summary>Its DNS filters advertising and trackers.</summary>
    FilteringDns = 1 << 6,

    /// <summary>Runs from RAM alone, without a disk.</summary>
    RamOnly = 1 << 7,

    /// <summary>Owned by the operator, not rented.</summary>
    Owned = 1 << 8,
}
