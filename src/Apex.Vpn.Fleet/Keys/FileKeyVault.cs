using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Keys;

/// <summary>A vault whose key is in a file that only its owner reads.</summary>
/// <remarks>
/// One line: 44 characters of base64. Keep a copy elsewhere and never with a backup of the database: without this file nothing that was
/// wrapped by it can be read again. Safe from any thread until disposed.
/// </remarks>
public sealed class FileKeyVault : LocalKeyVault
{
    private const int MaxFileLength = 256;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private FileKeyVault(WrappingKey key) : base(key) { }

    /// <summary>Makes a new key and its file, with mode 0600 from the first moment.</summary>
    /// <param name="path">Where; nothing may be there.</param>
    /// <returns>The vault, which the caller disposes.</returns>
    /// <exception cref="KeyVaultException">A file is there already: it may be the only copy of a key; or it cannot be written.</exception>
    public static FileKeyVault Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var key = SecretBytes.Generate(WrappingKey.Size);
        bool created = false;
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using var file = new FileStream(path, options);
            created = true;
            Write(file, key);
            return new FileKeyVault(WrappingKey.Own(key));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            if (!created && File.Exists(path))
                throw new KeyVaultException($"{path} exists: a vault key is never overwritten. Load it, or choose another path.");
            if (created) File.Delete(path); // half a key is none
            throw new KeyVaultException($"{path} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Reads a key.</summary>
    /// <param name="path">A file that <see cref="Create"/> made. On Unix nobody but its owner may have any right to it.</param>
    /// <returns>The vault, which the caller disposes.</returns>
    /// <exception cref="KeyVaultException">There is no such file, others may read it, or it holds no key.</exception>
    public static FileKeyVault Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Span<byte> bytes = stackalloc byte[MaxFileLength + 1];
        Span<char> text = stackalloc char[MaxFileLength + 1];
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            RefuseOpenModes(file, path);
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            for (int i = 0; i < length; i++) text[i] = (char)bytes[i];
            return new FileKeyVault(WrappingKey.Parse(length > MaxFileLength ? default : text[..length], path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KeyVaultException($"{path} cannot be read: {error.Message}", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            text.Clear();
        }
    }

    // Asked of the open file, not of the path, which may name another one by now.
    private static void RefuseOpenModes(FileStream file, string path)
    {
        if (OperatingSystem.IsWindows()) return;
        UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
        if ((mode & ~(OwnerOnly | UnixFileMode.UserExecute)) == 0) return;
        string octal = Convert.ToString((int)mode, 8).PadLeft(4, '0');
        throw new KeyVaultException($"{path} has mode {octal}, so that others may use the key: chmod 600 it, and think about a new key.");
    }

    private static void Write(FileStream file, SecretBytes key)
    {
        Span<char> text = stackalloc char[WrappingKey.TextLength];
        Span<byte> bytes = stackalloc byte[WrappingKey.TextLength + 1];
        Convert.TryToBase64Chars(key.Span, text, out _);
        for (int i = 0; i < text.Length; i++) bytes[i] = (byte)text[i];
        bytes[^1] = (byte)'\n';
        file.Write(bytes);
        file.Flush(flushToDisk: true);
        CryptographicOperations.ZeroMemory(bytes);
        text.Clear();
    }
}
