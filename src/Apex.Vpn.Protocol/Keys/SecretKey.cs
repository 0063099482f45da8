using System.Diagnostics;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol;

/// <summary>32 secret bytes that stay where they are in memory and are overwritten when disposed.</summary>
/// <remarks>
/// The bytes live in a pinned array, so that the garbage collector leaves no copies. Reads are safe from any thread; dispose once no one
/// reads. <see cref="ToString"/> and the debugger show nothing of them.
/// </remarks>
[DebuggerDisplay("(hidden)")]
public abstract class SecretKey : IDisposable
{
    /// <summary>The size of a key in bytes.</summary>
    public const int Size = KeyText.KeySize;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _bytes = GC.AllocateArray<byte>(Size, pinned: true);
    private bool _disposed;

    private protected SecretKey() { }

    /// <summary>Overwrites the key if nobody disposed it.</summary>
    ~SecretKey() => CryptographicOperations.ZeroMemory(_bytes);

    /// <summary>The secret in place.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    private protected Span<byte> Writable => _bytes;

    /// <summary>Whether all bytes are zero, found in time that does not depend on their values.</summary>
    public bool IsZero
    {
        get
        {
            int any = 0;
            foreach (byte value in Bytes) any |= value;
            return any == 0;
        }
    }

    /// <summary>Copies the secret out; the caller answers for the copy.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public void CopyTo(Span<byte> destination) => Bytes.CopyTo(destination);

    /// <summary>Writes the key as base64 into memory that the caller can erase.</summary>
    /// <param name="destination">At least 44 characters.</param>
    /// <returns>The number of characters written: 44.</returns>
    public int WriteBase64(Span<char> destination)
    {
        KeyText.WriteBase64(Bytes, destination);
        return KeyText.Base64Length;
    }

    /// <summary>Writes the key as lower-case hex into memory that the caller can erase.</summary>
    /// <param name="destination">At least 64 characters.</param>
    /// <returns>The number of characters written: 64.</returns>
    public int WriteHex(Span<char> destination)
    {
        KeyText.WriteHex(Bytes, destination);
        return KeyText.HexLength;
    }

    /// <summary>A fixed text that does not show the key.</summary>
    public override string ToString() => GetType().Name + "(hidden)";

    /// <summary>Overwrites the key. May be called more than once.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }
}
