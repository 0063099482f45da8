using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>What the fleet's certificates look like, and nothing else does: names of extensions, usages, dates.</summary>
internal static class CertificateProfile
{
    internal const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    internal const string ClientUsage = "1.3.6.1.5.5.7.3.2";
    internal const string AlternativeNames = "2.5.29.17";

    /// <summary>
    /// The certificate of the authority, inside a control plane's own certificate: TLS servers do not send their root, and a node that
    /// enrols knows only its hash. An arc made from a UUID (X.667), as anybody may.
    /// </summary>
    internal const string AuthorityExtension = "2.25.163601700289993087443933887965335244884";

    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Certificates begin so long before they are made: a node's clock may be as wrong.</summary>
    internal static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5);

    internal static DateTimeOffset ToSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    internal static DateTimeOffset Begin(X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero);

    internal static DateTimeOffset End(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>SHA-256 of the SubjectPublicKeyInfo: the usual pin of a key.</summary>
    internal static byte[] HashKey(PublicKey key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo());

    internal static bool IsP256(PublicKey key)
    {
        if (key.Oid.Value != EcPublicKey) return false;
        using ECDsa? ecdsa = key.GetECDsaPublicKey();
        return ecdsa is { KeySize: 256 } && ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256;
    }

    /// <summary>128 random bits, of which the highest is 0 and the next 1: positive, and always 16 bytes long.</summary>
    internal static byte[] NewSerial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3f) | 0x40);
        return serial;
    }

    /// <summary>A serial number as a value; false when it has more than 16 bytes, which none of ours has.</summary>
    internal static bool TryReadSerial(X509Certificate2 certificate, out UInt128 serial)
    {
        ReadOnlySpan<byte> bytes = certificate.SerialNumberBytes.Span;
        serial = 0;
        if (bytes.Length > 16) return false;
        foreach (byte value in bytes) serial = (serial << 8) | value;
        return true;
    }

    /// <summary>The one URI among the alternative names; null when there is none, or several.</summary>
    internal static string? SingleUri(X509ExtensionCollection extensions) => AlternativeNameReader.SingleUri(extensions);

    internal static bool HasUsage(X509Certificate2 certificate, string usage) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SingleOrDefault() is { } extension
        && extension.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == usage);
}
