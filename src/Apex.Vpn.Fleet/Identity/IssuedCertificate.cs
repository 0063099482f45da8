using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>A certificate that the authority made for a node: what it sends, and what it keeps. Immutable.</summary>
public sealed class IssuedCertificate
{
    private readonly byte[] _der, _keyHash;

    internal IssuedCertificate(X509Certificate2 certificate)
    {
        _der = certificate.RawData;
        _keyHash = CertificateProfile.HashKey(certificate.PublicKey);
        CertificateProfile.TryReadSerial(certificate, out UInt128 serial);
        Serial = serial;
        Issued = CertificateProfile.Begin(certificate) + CertificateProfile.Backdating;
        NotAfter = CertificateProfile.End(certificate);
    }

    /// <summary>The certificate, DER.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>SHA-256 of the public key, 32 bytes: what the next request must not use again.</summary>
    public ReadOnlyMemory<byte> KeyHash => _keyHash;

    /// <summary>The serial number, which a <see cref="RevocationList"/> names.</summary>
    public UInt128 Serial { get; }

    /// <summary>When it was made, in whole seconds.</summary>
    public DateTimeOffset Issued { get; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset NotAfter { get; }
}
