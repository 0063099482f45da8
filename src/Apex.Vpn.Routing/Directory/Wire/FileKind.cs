namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>
/// A kind of signed file. Its magic are the first bytes that are signed, so that no signature of one kind fits another, nor a certificate
/// (<c>APXC</c>), nor a notice (<c>APXN</c>).
/// </summary>
internal sealed class FileKind
{
    private FileKind(ReadOnlySpan<byte> magic, KeyPurposes purpose, int maxSize)
    {
        Magic = magic.ToArray();
        Purpose = purpose;
        MaxSize = maxSize;
    }

    internal static FileKind List { get; } = new("APXL"u8, KeyPurposes.List, DirectoryLimits.ListSize);

    internal static FileKind Status { get; } = new("APXS"u8, KeyPurposes.Status, DirectoryLimits.StatusSize);

    internal static FileKind Profiles { get; } = new("APXP"u8, KeyPurposes.Profiles, DirectoryLimits.ProfilesSize);

    internal ReadOnlyMemory<byte> Magic { get; }

    /// <summary>What a key must be certified for to sign it.</summary>
    internal KeyPurposes Purpose { get; }

    internal int MaxSize { get; }
}
