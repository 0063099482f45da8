using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Keeps signing keys in files that only their owner can read, in the form that other tools know too: PKCS #8 in PEM (RFC 5958, 7468,
/// 8410),
/// as <c>openssl genpkey -algorithm ed25519</c> writes it.
/// </summary>
public static class SigningKeyFile
{
    private const string Label = "PRIVATE KEY";
    private const int MaxSize = 4096;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    // Everything of the structure before the seed: version 0, Ed25519 without parameters, an octet string in an octet string.
    private static ReadOnlySpan<byte> Prefix =>
        [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    /// <summary>Writes a key into a new file, which on Unix only its owner can read and write from the start (mode 0600).</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="IOException">The file exists already, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Create(string path, SigningKey key)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> structure = stackalloc byte[Prefix.Length + SecretKey.Size];
        Span<char> text = stackalloc char[PemEncoding.GetEncodedSize(Label.Length, structure.Length)];
        Span<byte> content = stackalloc byte[text.Length + 1];
        try
        {
            Prefix.CopyTo(structure);
            key.CopyTo(structure[Prefix.Length..]);
            PemEncoding.TryWrite(Label, structure, text, out int length);
            for (int i = 0; i < length; i++) content[i] = (byte)text[i];
            content[length] = (byte)'\n';
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using var file = new FileStream(path, options);
            file.Write(content[..(length + 1)]);
            file.Flush(flushToDisk: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(structure);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Reads a key.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The key; the caller's to dispose.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or on Unix others than its owner may.</exception>
    /// <exception cref="FormatException">It holds no Ed25519 private key; the message does not repeat what it holds.</exception>
    public static SigningKey Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Span<byte> content = stackalloc byte[MaxSize];
        Span<char> text = stackalloc char[MaxSize];
        try
        {
            int length = ReadOwned(path, content);
            for (int i = 0; i < length; i++) text[i] = (char)content[i];
            return Parse(text[..length]) ?? throw new FormatException($"{path}: not an Ed25519 private key in PEM.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
        }
    }

    private static int ReadOwned(string path, Span<byte> content)
    {
        using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            throw new UnauthorizedAccessException($"{path}: others than its owner may read it; chmod 600 it.");
        return file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
    }

    private static SigningKey? Parse(ReadOnlySpan<char> text)
    {
        if (!PemEncoding.TryFind(text, out PemFields fields) || !text[fields.Label].SequenceEqual(Label)) return null;
        Span<byte> structure = stackalloc byte[Prefix.Length + SecretKey.Size];
        try
        {
            bool isKey = fields.DecodedDataLength == structure.Length
                && Convert.TryFromBase64Chars(text[fields.Base64Data], structure, out int length)
                && length == structure.Length
                && structure.StartsWith(Prefix);
            return isKey ? new SigningKey(structure[Prefix.Length..]) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(structure);
        }
    }
}
