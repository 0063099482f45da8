using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>Reads the URIs of a SubjectAlternativeName (RFC 5280 4.2.1.6), which the framework writes but does not read.</summary>
internal static class AlternativeNameReader
{
    private const int MaxLength = 1024;
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>
    /// The one URI in the one extension of this kind; null when there is none, several, or something else that is no good.
    /// </summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The extension is not well-formed.</exception>
    internal static string? SingleUri(X509ExtensionCollection extensions)
    {
        X509Extension[] names = [.. extensions.Where(static extension => extension.Oid?.Value == CertificateProfile.AlternativeNames)];
        return names.Length == 1 ? SingleUri(names[0].RawData) : null;
    }

    private static string? SingleUri(byte[] data)
    {
        if (data.Length > MaxLength) return null;
        try
        {
            var reader = new AsnReader(data, AsnEncodingRules.DER);
            AsnReader names = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            string? uri = null;
            while (names.HasData)
            {
                if (!names.PeekTag().HasSameClassAndValue(UriTag))
                {
                    names.ReadEncodedValue();
                    continue;
                }
                if (uri is not null) return null;
                uri = names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag);
            }
            return uri;
        }
        catch (Exception error) when (error is AsnContentException or DecoderFallbackException)
        {
            return null;
        }
    }
}
