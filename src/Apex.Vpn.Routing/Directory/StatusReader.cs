using Apex.Vpn.Routing.Directory.Wire;

namespace Apex.Vpn.Routing.Directory;

/// <summary>Reads signed statuses. Takes any bytes and never throws for them. Safe from any thread.</summary>
public static class StatusReader
{
    /// <summary>The most bytes that a status may have: 256 KiB.</summary>
    public const int MaxSize = DirectoryLimits.StatusSize;

    /// <summary>Reads a status.</summary>
    /// <param name="file">Any bytes.</param>
    /// <param name="roots">Who must have certified the key that signed it.</param>
    /// <param name="list">The list that it should speak of, as it was read from a file.</param>
    /// <param name="status">The status when the answer is <see cref="DirectoryVerdict.Accepted"/>, otherwise null.</param>
    /// <returns>
    /// <see cref="DirectoryVerdict.Accepted"/>, or what is wrong with it by itself. Whether its time has passed, or a newer one was seen,
    /// is
    /// for <see cref="DirectoryState"/> to say.
    /// </returns>
    public static DirectoryVerdict Read(ReadOnlySpan<byte> file, TrustRoots roots, ServerList list, out StatusSnapshot? status)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(list);
        return ReadBy(file, roots, list, out status);
    }

    /// <summary>The same; asks nobody who certified the key when <paramref name="roots"/> are null.</summary>
    internal static DirectoryVerdict ReadBy(ReadOnlySpan<byte> file, TrustRoots? roots, ServerList list, out StatusSnapshot? status)
    {
        status = null;
        DirectoryVerdict verdict = SignedFile.Open(file, FileKind.Status, roots, out SignedFile opened);
        if (verdict != DirectoryVerdict.Accepted) return verdict;
        var digest = ListDigest.Of(opened.SignedPart);
        verdict = StatusBody.Read(opened.Body, list, opened.Certificate.Generation, digest, out StatusSnapshot? read);
        if (read is null) return verdict;
        if (!opened.IsWithinCertificate(read.Issued, read.NotAfter)) return DirectoryVerdict.OutsideCertificate;
        status = read;
        return DirectoryVerdict.Accepted;
    }
}
