namespace Apex.Vpn.Fleet.Identity;

/// <summary>What is thought of a certificate that the other side of a connection showed.</summary>
public enum CertificateVerdict
{
    /// <summary>It is good.</summary>
    Valid,

    /// <summary>None was shown.</summary>
    Missing,

    /// <summary>It cannot be read.</summary>
    Malformed,

    /// <summary>Not a key on P-256.</summary>
    WrongKey,

    /// <summary>No authority in the bundle signed it, or that authority has ended.</summary>
    Untrusted,

    /// <summary>It begins later: a clock is wrong.</summary>
    NotYetValid,

    /// <summary>It has ended.</summary>
    Expired,

    /// <summary>It is for the other side of a connection.</summary>
    WrongUsage,

    /// <summary>It does not name exactly one node, or does not name a control plane.</summary>
    WrongName,

    /// <summary>It was revoked.</summary>
    Revoked,
}
