using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Directory;

/// <summary>Reads signed latency profiles. Takes any bytes and never throws for them. Safe from any thread.</summary>
public static class ProfilesReader
{
    /// <summary>The most bytes that profiles may have: 4 MiB.</summary>
    public const int MaxSize = DirectoryLimits.ProfilesSize;

    /// <summary>Reads profiles.</summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="roots">Who must have certified the key that signed them.</param>
    /// <param name="profiles">The profiles when the answer is <see cref="DirectoryVerdict.Accepted"/>, otherwise null.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Accepted"/>, or what is wrong with them by themselves. Whether their time has passed, or newer ones were
    /// seen, is for <see cref="DirectoryState"/> to say.
    /// </returns>
    public static DirectoryVerdict Read(ReadOnlySpan<byte> file, TrustRoots roots, out SignedProfiles? profiles)
    {
        ArgumentNullException.ThrowIfNull(roots);
        return ReadBy(file, roots, out profiles);
    }

    /// <summary>The same; asks nobody who certified the key when <paramref name="roots"/> are null.</summary>
    internal static DirectoryVerdict ReadBy(ReadOnlySpan<byte> file, TrustRoots? roots, out SignedProfiles? profiles)
    {
        profiles = null;
        DirectoryVerdict verdict = SignedFile.Open(file, FileKind.Profiles, roots, out SignedFile opened);
        if (verdict != DirectoryVerdict.Accepted) return verdict;
        SignedProfiles? read = ProfilesBody.Read(opened.Body, opened.Certificate.Generation);
        if (read is null) return DirectoryVerdict.Malformed;
        if (!opened.IsWithinCertificate(read.Issued, read.NotAfter)) return DirectoryVerdict.OutsideCertificate;
        profiles = read;
        return DirectoryVerdict.Accepted;
    }
}
