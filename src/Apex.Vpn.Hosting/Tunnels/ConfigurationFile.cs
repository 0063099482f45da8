using System.Security.Cryptography;
using System.Text;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>Reads a configuration with its keys, and leaves no copy of them behind: its text lies in pinned memory and is erased.</summary>
internal static class ConfigurationFile
{
    // Some 400 000 peers. A file beyond is no configuration.
    private const int MaxBytes = 64 << 20;

    private const UnixFileMode OthersMayRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Whether others than its owner may read the file; false where files have no such modes.</summary>
    internal static bool IsReadableByOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OthersMayRead) != 0;

    /// <summary>The configuration, which the caller disposes.</summary>
    /// <exception cref="IOException">The file cannot be read, or is too long.</exception>
    /// <exception cref="ConfigurationException">Its text has errors; the exception lists them, and no secrets.</exception>
    internal static async Task<WireGuardConfiguration> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using FileStream file = new(path, new FileStreamOptions
        {
            Options = FileOptions.Asynchronous,
            BufferSize = 0, // a buffer would be a copy
        });
        if (file.Length > MaxBytes) throw new IOException($"{path} is longer than {MaxBytes} bytes.");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)file.Length, pinned: true);
        try
        {
            int length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return Parse(bytes.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static WireGuardConfiguration Parse(ReadOnlySpan<byte> bytes)
    {
        char[] text = GC.AllocateUninitializedArray<char>(Encoding.UTF8.GetMaxCharCount(bytes.Length), pinned: true);
        try
        {
            ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
            if (bytes.StartsWith(mark)) bytes = bytes[mark.Length..];
            return WireGuardConfiguration.Parse(text.AsSpan(0, Encoding.UTF8.GetChars(bytes, text)));
        }
        finally
        {
            Array.Clear(text);
        }
    }
}
