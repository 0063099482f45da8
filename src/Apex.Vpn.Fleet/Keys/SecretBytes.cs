using System.Diagnostics;
using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Keys;

/// <summary>A secret of any length that stays where it is in memory and is overwritten when disposed.</summary>
/// <remarks>
/// Pinned, so that the garbage collector leaves no copies. Reads are safe from any thread; dispose once nobody reads.
/// <see cref="ToString"/> and the debugger show nothing of it.
/// </remarks>
[DebuggerDisplay("(hidden)")]
public sealed class SecretBytes : IDisposable
{
    /// <summary>The longest secret, 8192 bytes.</summary>
    public const int MaxLength = 8192;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _bytes;
    private bool _disposed;

    /// <summary>Copies a secret; the caller answers for erasing the original.</summary>
    /// <param name="bytes">1 to <see cref="MaxLength"/> bytes.</param>
    /// <exception cref="ArgumentException">It is empty or longer.</exception>
    public SecretBytes(ReadOnlySpan<byte> bytes) : this(bytes.Length) => bytes.CopyTo(_bytes);

    internal SecretBytes(int length)
    {
        if (length is < 1 or > MaxLength) throw new ArgumentException($"A secret has 1 to {MaxLength} bytes.", nameof(length));
        _bytes = GC.AllocateArray<byte>(length, pinned: true);
    }

    /// <summary>Overwrites the secret if nobody disposed it.</summary>
    ~SecretBytes() => CryptographicOperations.ZeroMemory(_bytes);

    /// <summary>The number of bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>The secret in place.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlySpan<byte> Span => Writable.Span;

    /// <summary>The secret in place, for who must keep it across a wait.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlyMemory<byte> Memory => Writable;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal Memory<byte> Writable
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>A new random secret.</summary>
    /// <param name="length">1 to <see cref="MaxLength"/> bytes.</param>
    /// <exception cref="ArgumentException">The length is out of its range.</exception>
    public static SecretBytes Generate(int length)
    {
        var secret = new SecretBytes(length);
        RandomNumberGenerator.Fill(secret._bytes);
        return secret;
    }

    /// <summary>A fixed text that does not show the secret.</summary>
    public override string ToString() => "SecretBytes(hidden)";

    /// <summary>Overwrites the secret. May be called more than once.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }
}
