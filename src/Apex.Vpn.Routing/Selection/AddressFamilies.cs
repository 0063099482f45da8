namespace Apex.Vpn.Routing.Selection;

/// <summary>The IP versions that a client's network has.</summary>
[Flags]
public enum AddressFamilies : byte
{
    /// <summary>None: no server can be reached.</summary>
    None = 0,

    /// <summary>IPv4.</summary>
    IPv4 = 1 << 0,

    /// <summary>IPv6.</summary>
    IPv6 = 1 << 1,

    /// <summary>Both.</summary>
    Any = IPv4 | IPv6,
}
