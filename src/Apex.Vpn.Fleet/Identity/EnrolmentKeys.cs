using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>A node's side of enrolment and renewal: a signing key for one certificate, and a key that secrets are sealed to.</summary>
/// <remarks>
/// Made in memory at boot, and a new one for each renewal; written nowhere. Two keys, because a key that signs should not also decrypt.
/// Not thread-safe.
/// </remarks>
public sealed class EnrolmentKeys : IDisposable
{
    private readonly ECDsa _signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>New keys.</summary>
    public EnrolmentKeys()
    {
        DeliveryKey = Protocol.PrivateKey.Generate();
        Fingerprint = EnrolmentFingerprint.Of(_signing.ExportSubjectPublicKeyInfo(), DeliveryKey.DerivePublicKey());
    }

    /// <summary>Opens what the control plane seals for this boot; erased with these keys.</summary>
    public Protocol.PrivateKey DeliveryKey { get; }

    /// <summary>What the node shows to the person who approves it.</summary>
    public EnrolmentFingerprint Fingerprint { get; }

    /// <summary>A certificate signing request for the signing key, PKCS #10 DER.</summary>
    /// <param name="node">The node's id; null while it has none.</param>
    public byte[] CreateSigningRequest(Guid? node)
    {
        X500DistinguishedName subject = node is { } id ? CertificateSigningRequest.Subject(id) : new X500DistinguishedName("");
        var request = new CertificateRequest(subject, _signing, HashAlgorithmName.SHA256);
        return request.CreateSigningRequest();
    }

    /// <summary>Joins the certificate that came back with its private key, for a TLS client.</summary>
    /// <param name="certificate">The certificate, DER.</param>
    /// <returns>The certificate with its key; the caller disposes it.</returns>
    /// <exception cref="CryptographicException">It is damaged.</exception>
    /// <exception cref="ArgumentException">It is for another key.</exception>
    public X509Certificate2 Join(ReadOnlySpan<byte> certificate)
    {
        using X509Certificate2 read = X509CertificateLoader.LoadCertificate(certificate);
        return read.CopyWithPrivateKey(_signing);
    }

    /// <summary>A fixed text that does not show the keys.</summary>
    public override string ToString() => "EnrolmentKeys(hidden)";

    /// <summary>Erases the keys. May be called more than once.</summary>
    public void Dispose()
    {
        _signing.Dispose();
        DeliveryKey.Dispose();
    }
}
