using System.Net;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>A peer of an existing WireGuard server, as it can be taken over. Immutable.</summary>
public sealed class ImportedDevice
{
    internal ImportedDevice(int number, PublicKey publicKey, IPAddress? v4, IPAddress? v6, string? problem)
    {
        Number = number;
        PublicKey = publicKey;
        V4 = v4;
        V6 = v6;
        Problem = problem;
    }

    /// <summary>Which <c>[Peer]</c> of the file it is, counted from 1.</summary>
    public int Number { get; }

    /// <summary>Its public key.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Its inner IPv4 address; null for none.</summary>
    public IPAddress? V4 { get; }

    /// <summary>Its inner IPv6 address; null for none.</summary>
    public IPAddress? V6 { get; }

    /// <summary>Why it cannot be taken over as it is; null when it can. Repeats no key.</summary>
    public string? Problem { get; }
}
