using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Reads signed server lists. Takes any bytes, never throws for them, and allocates no more than a list can need. Safe from any thread.
/// </summary>
public static class ServerListReader
{
    /// <summary>The most bytes that a list may have: 4 MiB.</summary>
    public const int MaxSize = DirectoryLimits.ListSize;

    /// <summary>Reads a list.</summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="roots">Who must have certified the key that signed it.</param>
    /// <param name="list">The list when the answer is <see cref="DirectoryVerdict.Accepted"/>, otherwise null.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Accepted"/>, or what is wrong with it by itself. Whether its time has passed, or a newer one was seen,
    /// is
    /// for <see cref="DirectoryState"/> to say.
    /// </returns>
    public static DirectoryVerdict Read(ReadOnlySpan<byte> file, TrustRoots roots, out ServerList? list)
    {
        ArgumentNullException.ThrowIfNull(roots);
        return ReadBy(file, roots, out list);
    }

    /// <summary>
    /// Reads a list without asking who certified the key that signed it: for tools that show it. Nothing may be chosen from it.
    /// </summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="list">The list when the answer is <see cref="DirectoryVerdict.Accepted"/>, otherwise null.</param>
    /// <returns>As <see cref="Read"/>, without <see cref="DirectoryVerdict.NotCertified"/>.</returns>
    public static DirectoryVerdict ReadUnverified(ReadOnlySpan<byte> file, out ServerList? list) => ReadBy(file, null, out list);

    private static DirectoryVerdict ReadBy(ReadOnlySpan<byte> file, TrustRoots? roots, out ServerList? list)
    {
        list = null;
        DirectoryVerdict verdict = SignedFile.Open(file, FileKind.List, roots, out SignedFile opened);
        if (verdict != DirectoryVerdict.Accepted) return verdict;
        ServerList? read = ListReader.Read(opened.Body, ListDigest.Of(opened.SignedPart), opened.Certificate, roots);
        if (read is null) return DirectoryVerdict.Malformed;
        if (!opened.IsWithinCertificate(read.Issued, read.Expires)) return DirectoryVerdict.OutsideCertificate;
        list = read;
        return DirectoryVerdict.Accepted;
    }
}
