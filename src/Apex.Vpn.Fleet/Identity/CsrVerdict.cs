namespace Apex.Vpn.Fleet.Identity;

/// <summary>What became of a certificate signing request.</summary>
public enum CsrVerdict
{
    /// <summary>It is good; a certificate was made where one was asked for.</summary>
    Good,

    /// <summary>Longer than <see cref="CertificateAuthority.MaxRequestLength"/>.</summary>
    TooLong,

    /// <summary>No PKCS #10, or its signature is not by the key in it: no proof that anybody holds that key.</summary>
    Malformed,

    /// <summary>Not a key on P-256.</summary>
    WrongKey,

    /// <summary>The key of the certificate before: each request needs a key of its own.</summary>
    KeyNotFresh,

    /// <summary>A subject that is neither empty nor the node's id.</summary>
    WrongSubject,

    /// <summary>Asks for an extension other than the node's own name.</summary>
    ForbiddenExtension,

    /// <summary>The authority itself ends before the certificate would: it is time for the next one.</summary>
    AuthorityEnds,
}
