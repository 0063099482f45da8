using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>Reads PKCS #10 requests that came from the network. Never throws.</summary>
internal static class CertificateSigningRequest
{
    private const string CommonName = "2.5.4.3";

    /// <summary>Reads a request and checks all that does not depend on the authority.</summary>
    /// <param name="der">The request; anything may come.</param>
    /// <param name="node">Whose certificate it shall be; null when that is not known yet, so that the request may name nobody.</param>
    /// <param name="key">The requested key; null unless the request is good.</param>
    internal static CsrVerdict Read(ReadOnlySpan<byte> der, Guid? node, out PublicKey? key)
    {
        key = null;
        if (der.Length > CertificateAuthority.MaxRequestLength) return CsrVerdict.TooLong;
        try
        {
            // Checks the signature, and thereby that the sender holds the key. Extensions are loaded to refuse them, never to copy them.
            CertificateRequest request = CertificateRequest.LoadSigningRequest(
                der, HashAlgorithmName.SHA256, out int consumed, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            if (consumed != der.Length) return CsrVerdict.Malformed;
            if (!CertificateProfile.IsP256(request.PublicKey)) return CsrVerdict.WrongKey;
            if (!IsAllowedSubject(request.SubjectName, node)) return CsrVerdict.WrongSubject;
            if (!AreAllowedExtensions(request, node)) return CsrVerdict.ForbiddenExtension;
            key = request.PublicKey;
            return CsrVerdict.Good;
        }
        catch (Exception error) when (IsBadInput(error))
        {
            return CsrVerdict.Malformed;
        }
    }

    /// <summary>What the framework's readers of certificates throw at bad input.</summary>
    internal static bool IsBadInput(Exception error) => error is CryptographicException or ArgumentException or NotSupportedException
        or FormatException or InvalidOperationException or OverflowException;

    // By what it says: each tool encodes the same text in its own way.
    private static bool IsAllowedSubject(X500DistinguishedName subject, Guid? node)
    {
        X500RelativeDistinguishedName[] names = [.. subject.EnumerateRelativeDistinguishedNames()];
        if (names.Length == 0) return true;
        return node is { } id
            && names is [{ HasMultipleElements: false } name]
            && name.GetSingleElementType().Value == CommonName
            && name.GetSingleElementValue() == id.ToString("D");
    }

    private static bool AreAllowedExtensions(CertificateRequest request, Guid? node)
    {
        if (request.OtherRequestAttributes.Count > 0) return false;
        if (request.CertificateExtensions.Count == 0) return true;
        return node is { } id
            && request.CertificateExtensions is [{ Oid.Value: CertificateProfile.AlternativeNames } names]
            && names.RawData.AsSpan().SequenceEqual(AlternativeName(id).RawData);
    }

    internal static X500DistinguishedName Subject(Guid node)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(node.ToString("D"));
        return builder.Build();
    }

    internal static X509Extension AlternativeName(Guid node)
    {
        var builder = new SubjectAlternativeNameBuilder();
        builder.AddUri(new Uri(NodeUri.Of(node)));
        return builder.Build();
    }
}
