using System.Globalization;
using System.Security.Cryptography;
using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Samples.ControlPlane;

/// <summary>Values as people read them.</summary>
internal static class Words
{
    internal static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static string Of(KeyPurposes purposes) => purposes.ToString().ToLowerInvariant();

    /// <summary>A key's SHA-256, as OpenSSH shows it.</summary>
    internal static string Fingerprint(SignaturePublicKey key)
    {
        Span<byte> bytes = stackalloc byte[SignaturePublicKey.Size];
        key.CopyTo(bytes);
        return "SHA256:" + Convert.ToBase64String(SHA256.HashData(bytes)).TrimEnd('=');
    }

    internal static string Of(DirectoryVerdict verdict) => verdict switch
    {
        DirectoryVerdict.Accepted => "good",
        DirectoryVerdict.Expired => "its time has passed",
        DirectoryVerdict.UpdateNeeded => "it is of a newer version than this program reads",
        DirectoryVerdict.TooLarge => "it is too large",
        DirectoryVerdict.OtherKind => "it is another kind of file",
        DirectoryVerdict.Malformed => "it is damaged",
        DirectoryVerdict.NotCertified => "its key is not certified by the roots",
        DirectoryVerdict.WrongPurpose => "its key is certified for other things",
        DirectoryVerdict.BadSignature => "its signature is wrong",
        DirectoryVerdict.OutsideCertificate => "it speaks of a time that its certificate does not cover",
        DirectoryVerdict.OtherList => "it speaks of another list",
        _ => verdict.ToString(),
    };
}
