using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Apex.Vpn.Protocol;

/// <summary>Argon2id (RFC 9106) in the PHC string format, which carries its own parameters and salt.</summary>
/// <remarks>
/// <para><c>$argon2id$v=19$m=19456,t=2,p=1$salt$hash</c>: a salt of 16 random bytes, a hash of 32, one lane. libsodium and the reference
/// implementation read the same. A password is hashed as UTF-8 of the very characters given.</para>
/// <para>Safe from any thread. One call holds a core for tens of milliseconds and its memory as long: bound how many run at once.</para>
/// </remarks>
public static class PasswordHash
{
    /// <summary>The longest password, 1024 bytes of UTF-8.</summary>
    public const int MaxPasswordBytes = 1024;

    private const int SaltSize = 16;
    private const int HashSize = 32;
    private const string Prefix = "$argon2id$v=19$m=";
    private const int MaxTextLength = 128;

    /// <summary>Hashes a password under a new random salt.</summary>
    /// <param name="password">The password; the caller answers for erasing it.</param>
    /// <param name="parameters">What the computation may cost.</param>
    /// <returns>The text to keep; about 100 ASCII characters.</returns>
    /// <exception cref="ArgumentException">The password is longer than <see cref="MaxPasswordBytes"/>.</exception>
    public static string Create(ReadOnlySpan<char> password, PasswordHashParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Span<byte> salt = stackalloc byte[SaltSize], hash = stackalloc byte[HashSize];
        RandomNumberGenerator.Fill(salt);
        if (!TryCompute(password, salt, parameters, hash))
            throw new ArgumentException($"A password has at most {MaxPasswordBytes} bytes.", nameof(password));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Prefix}{parameters.MemoryKiB},t={parameters.Passes},p=1${Encode(salt)}${Encode(hash)}");
    }

    /// <summary>Whether a password is the one that was hashed; compared in constant time.</summary>
    /// <param name="password">The password; the caller answers for erasing it.</param>
    /// <param name="text">What <see cref="Create"/> returned. Anything else is nobody's hash: false.</param>
    public static bool Verify(ReadOnlySpan<char> password, ReadOnlySpan<char> text)
    {
        Span<byte> salt = stackalloc byte[SaltSize], hash = stackalloc byte[HashSize], computed = stackalloc byte[HashSize];
        if (!TryParse(text, out PasswordHashParameters? parameters, salt, hash)) return false;
        return TryCompute(password, salt, parameters, computed) && CryptographicOperations.FixedTimeEquals(hash, computed);
    }

    /// <summary>The parameters that a text was made with, so that old hashes are renewed at the next login.</summary>
    /// <param name="text">What <see cref="Create"/> returned.</param>
    /// <param name="parameters">The parameters; null when the text is no hash.</param>
    public static bool TryReadParameters(ReadOnlySpan<char> text, [NotNullWhen(true)] out PasswordHashParameters? parameters)
    {
        Span<byte> salt = stackalloc byte[SaltSize], hash = stackalloc byte[HashSize];
        return TryParse(text, out parameters, salt, hash);
    }

    private static bool TryCompute(ReadOnlySpan<char> password, ReadOnlySpan<byte> salt, PasswordHashParameters parameters, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[MaxPasswordBytes];
        try
        {
            if (!Encoding.UTF8.TryGetBytes(password, bytes, out int length)) return false;
            var argon = new Argon2id(new Argon2Parameters
            {
                DegreeOfParallelism = 1,
                MemorySize = parameters.MemoryKiB,
                NumberOfPasses = parameters.Passes,
            });
            argon.DeriveBytes(bytes[..length], salt, hash);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static bool TryParse(
        ReadOnlySpan<char> text,
        [NotNullWhen(true)] out PasswordHashParameters? parameters,
        Span<byte> salt,
        Span<byte> hash)
    {
        parameters = null;
        if (text.Length > MaxTextLength || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> rest = text[Prefix.Length..];
        if (!TryTakeNumber(ref rest, ",t=", PasswordHashParameters.MaxMemoryKiB, out int memory) || memory < 8) return false;
        if (!TryTakeNumber(ref rest, ",p=1$", PasswordHashParameters.MaxPasses, out int passes) || passes < 1) return false;
        int end = rest.IndexOf('$');
        if (end < 0 || !TryDecode(rest[..end], salt) || !TryDecode(rest[(end + 1)..], hash)) return false;
        parameters = new PasswordHashParameters(memory, passes);
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> text, string terminator, int max, out int number)
    {
        number = 0;
        int end = text.IndexOf(terminator, StringComparison.Ordinal);
        if (end < 1 || text[0] == '0') return false;
        if (!int.TryParse(text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out number) || number > max) return false;
        text = text[(end + terminator.Length)..];
        return true;
    }

    // PHC: base64 without padding.
    private static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        int padded = (bytes.Length + 2) / 3 * 4, padding = ((3 - (bytes.Length % 3)) % 3);
        if (text.Length != padded - padding || text.IndexOfAnyExceptInRange('+', 'z') >= 0) return false;
        Span<char> whole = stackalloc char[64];
        whole = whole[..padded];
        whole.Fill('=');
        text.CopyTo(whole);
        return Convert.TryFromBase64Chars(whole, bytes, out int written) && written == bytes.Length;
    }
}
