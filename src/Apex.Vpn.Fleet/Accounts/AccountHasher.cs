using System.Security.Cryptography;
using System.Text;
using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Turns what an account is looked up by into what is stored: HMAC-SHA-256 under a key that is not in the database.</summary>
/// <remarks>
/// A slow hash cannot be looked up, and 95 random bits need none. E-mail addresses can be guessed: their hashes are worth no more than the
/// key, which lies in a <see cref="KeyEnvelope"/>. Safe from any thread until disposed.
/// </remarks>
public sealed class AccountHasher : IDisposable
{
    /// <summary>The size of a hash in bytes.</summary>
    public const int HashSize = HMACSHA256.HashSizeInBytes;

    /// <summary>The size of the key in bytes.</summary>
    public const int KeySize = 32;

    private readonly SecretBytes _key;

    /// <summary>Copies the key.</summary>
    /// <param name="key"><see cref="KeySize"/> bytes; stays the caller's.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public AccountHasher(SecretBytes key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length != KeySize) throw new ArgumentException($"The key has {KeySize} bytes.", nameof(key));
        _key = new SecretBytes(key.Span);
    }

    /// <summary>Hashes an account number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="hash">At least <see cref="HashSize"/> bytes.</param>
    public void Hash(AccountNumber number, Span<byte> hash)
    {
        Span<byte> input = stackalloc byte[1 + AccountNumber.Size];
        input[0] = 1;
        number.CopyTo(input[1..]);
        HMACSHA256.HashData(_key.Span, input, hash);
        CryptographicOperations.ZeroMemory(input);
    }

    /// <summary>Hashes an e-mail address.</summary>
    /// <param name="normalized">What <see cref="EmailAddress.TryNormalize"/> gave.</param>
    /// <param name="hash">At least <see cref="HashSize"/> bytes.</param>
    /// <exception cref="ArgumentException">It is longer than an address can be.</exception>
    public void Hash(string normalized, Span<byte> hash)
    {
        ArgumentNullException.ThrowIfNull(normalized);
        if (normalized.Length > EmailAddress.MaxLength) throw new ArgumentException("Longer than an address can be.", nameof(normalized));
        Span<byte> input = stackalloc byte[1 + (3 * EmailAddress.MaxLength)];
        input[0] = 2;
        int length = Encoding.UTF8.GetBytes(normalized, input[1..]);
        HMACSHA256.HashData(_key.Span, input[..(1 + length)], hash);
    }

    /// <summary>A fixed text that does not show the key.</summary>
    public override string ToString() => "AccountHasher(hidden)";

    /// <summary>Erases the key. May be called more than once.</summary>
    public void Dispose() => _key.Dispose();
}
