using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>Says which node stands behind a client certificate of mutual TLS.</summary>
/// <remarks>
/// For the callback of a TLS server, in the place of the platform's checks, not after them. It trusts the bundle and nothing of the
/// machine, downloads nothing, and never throws. Immutable: make a new one when the bundle or the list changes. Safe from any thread.
/// </remarks>
public sealed class NodeCertificateValidator
{
    private readonly CertificateBundle _bundle;
    private readonly RevocationList? _revoked;

    /// <summary>Trusts a bundle.</summary>
    /// <param name="bundle">The authorities; stays the caller's to dispose, after this.</param>
    /// <param name="revoked">The revoked certificates; null for none.</param>
    public NodeCertificateValidator(CertificateBundle bundle, RevocationList? revoked)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        _bundle = bundle;
        _revoked = revoked;
    }

    /// <summary>Checks a certificate: signed by the bundle, for TLS clients, in time, not revoked, naming one node.</summary>
    /// <param name="certificate">What the other side showed; null for nothing.</param>
    /// <param name="now">The time.</param>
    /// <param name="identity">Who it is; default unless the verdict is valid.</param>
    public CertificateVerdict Validate(X509Certificate2? certificate, DateTimeOffset now, out NodeIdentity identity)
    {
        identity = default;
        if (certificate is null) return CertificateVerdict.Missing;
        CertificateVerdict verdict = CertificateChain.Check(certificate, _bundle.Authorities, CertificateProfile.ClientUsage, now);
        if (verdict != CertificateVerdict.Valid) return verdict;
        if (!NodeUri.TryParse(CertificateProfile.SingleUri(certificate.Extensions), out Guid node)) return CertificateVerdict.WrongName;
        if (!CertificateProfile.TryReadSerial(certificate, out UInt128 serial)) return CertificateVerdict.Malformed;
        if (_revoked is not null && _revoked.Contains(serial)) return CertificateVerdict.Revoked;
        identity = new NodeIdentity(node, serial, CertificateProfile.End(certificate));
        return CertificateVerdict.Valid;
    }

    /// <summary>Checks a certificate that came as bytes, such as one that a TLS proxy passes on.</summary>
    /// <param name="der">The certificate, DER; anything may come.</param>
    /// <param name="now">The time.</param>
    /// <param name="identity">Who it is; default unless the verdict is valid.</param>
    public CertificateVerdict Validate(ReadOnlySpan<byte> der, DateTimeOffset now, out NodeIdentity identity)
    {
        identity = default;
        if (der.IsEmpty) return CertificateVerdict.Missing;
        if (der.Length > CertificateAuthority.MaxRequestLength) return CertificateVerdict.Malformed;
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
            return Validate(certificate, now, out identity);
        }
        catch (Exception error) when (CertificateSigningRequest.IsBadInput(error))
        {
            return CertificateVerdict.Malformed;
        }
    }
}
