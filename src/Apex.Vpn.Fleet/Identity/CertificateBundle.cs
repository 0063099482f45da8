using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>The authorities that a node or control plane believes: the current one, and the next while they change. Immutable.</summary>
/// <remarks>
/// To change the authority: hand out {current, next}; once all nodes report that they have it, sign with the next; once the last
/// certificate of the old one ended, hand out {next}. Safe from any thread until disposed.
/// </remarks>
public sealed class CertificateBundle : IDisposable
{
    /// <summary>The longest text form, 16 384 characters.</summary>
    public const int MaxTextLength = 16_384;

    private readonly X509Certificate2[] _authorities;

    private CertificateBundle(X509Certificate2[] authorities) => _authorities = authorities;

    /// <summary>How many authorities there are, 1 or 2.</summary>
    public int Count => _authorities.Length;

    internal IReadOnlyList<X509Certificate2> Authorities => _authorities;

    /// <summary>A bundle of the current authority, and maybe the next.</summary>
    /// <param name="current">The current authority.</param>
    /// <param name="next">The one that takes over; null for none.</param>
    /// <returns>The bundle, which the caller disposes.</returns>
    public static CertificateBundle Of(CertificateAuthority current, CertificateAuthority? next = null)
    {
        ArgumentNullException.ThrowIfNull(current);
        X509Certificate2 first = X509CertificateLoader.LoadCertificate(current.Certificate.Span);
        return new CertificateBundle(next is null ? [first] : [first, X509CertificateLoader.LoadCertificate(next.Certificate.Span)]);
    }

    /// <summary>Reads a bundle: one or two certificates as PEM, the current first.</summary>
    /// <param name="pem">The text; anything may come.</param>
    /// <param name="bundle">The bundle, which the caller disposes; null when the text is none.</param>
    public static bool TryParse(ReadOnlySpan<char> pem, [NotNullWhen(true)] out CertificateBundle? bundle)
    {
        bundle = null;
        if (pem.Length > MaxTextLength) return false;
        var read = new X509Certificate2Collection();
        try
        {
            read.ImportFromPem(pem);
            X509Certificate2[] authorities = [.. read];
            if (authorities.Length is < 1 or > 2 || !Array.TrueForAll(authorities, IsAuthority)) throw new CryptographicException();
            bundle = new CertificateBundle(authorities);
            return true;
        }
        catch (Exception error) when (CertificateSigningRequest.IsBadInput(error))
        {
            foreach (X509Certificate2 certificate in read) certificate.Dispose();
            return false;
        }
    }

    /// <summary>The bundle as PEM, which <see cref="TryParse"/> reads.</summary>
    public string ToPem() => string.Join('\n', _authorities.Select(static authority => authority.ExportCertificatePem())) + '\n';

    /// <summary>Releases the certificates.</summary>
    public void Dispose()
    {
        foreach (X509Certificate2 authority in _authorities) authority.Dispose();
    }

    /// <summary>Whether one of the authorities signed data for a purpose.</summary>
    internal bool VerifyList(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != CertificateAuthority.SignatureSize) return false;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        CertificateAuthority.HashList(purpose, data, digest);
        foreach (X509Certificate2 authority in _authorities)
        {
            using ECDsa? key = authority.GetECDsaPublicKey();
            if (key is not null && key.VerifyHash(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)) return true;
        }
        return false;
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        CertificateProfile.IsP256(certificate.PublicKey)
        && certificate.Extensions.OfType<X509BasicConstraintsExtension>().SingleOrDefault() is { CertificateAuthority: true };
}
