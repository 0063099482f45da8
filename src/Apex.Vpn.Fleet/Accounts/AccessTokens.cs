using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Writes and checks the short-lived tokens that API requests carry.</summary>
/// <remarks>
/// <para><c>u8 1 | account[16] | device[16] | session[16] | i64 expires | u8 n, (u8 length, feature)·n | HMAC-SHA-256[32]</c>, big-endian,
/// base64url. A MAC and no signature, since only control planes check tokens, and they have the key anyway: nodes never see one.</para>
/// <para>With a previous key, tokens made before a change of keys stay good. The keys lie in a <see cref="KeyEnvelope"/>. Safe from any
/// thread until disposed.</para>
/// </remarks>
public sealed class AccessTokens : IDisposable
{
    /// <summary>How long a token is good, 10 min.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>The longest token in characters.</summary>
    public const int MaxTextLength = (MaxSize * 4 / 3) + 1;

    /// <summary>The size of a key in bytes.</summary>
    public const int KeySize = 32;

    private const byte Version = 1;
    private const int FixedSize = 1 + (3 * 16) + sizeof(long) + 1, MacSize = HMACSHA256.HashSizeInBytes;
    private const int MaxSize = FixedSize + (AccessClaims.MaxFeatures * (1 + AccessClaims.MaxFeatureLength)) + MacSize;

    private readonly SecretBytes _current;
    private readonly SecretBytes? _previous;

    /// <summary>Copies the keys.</summary>
    /// <param name="current">Makes and checks tokens: <see cref="KeySize"/> bytes, used for nothing else; stays the caller's.</param>
    /// <param name="previous">Checks tokens; null for none. Stays the caller's.</param>
    /// <exception cref="ArgumentException">A key has another length.</exception>
    public AccessTokens(SecretBytes current, SecretBytes? previous)
    {
        ArgumentNullException.ThrowIfNull(current);
        if (current.Length != KeySize) throw new ArgumentException($"A key has {KeySize} bytes.", nameof(current));
        if (previous is not null && previous.Length != KeySize)
            throw new ArgumentException($"A key has {KeySize} bytes.", nameof(previous));
        _current = new SecretBytes(current.Span);
        _previous = previous is null ? null : new SecretBytes(previous.Span);
    }

    /// <summary>Writes a token.</summary>
    /// <param name="claims">What it says.</param>
    /// <param name="destination">At least <see cref="MaxTextLength"/> characters, or as many as it takes; the caller answers for erasing
    /// them.</param>
    /// <returns>The number of characters written.</returns>
    /// <exception cref="ArgumentException">There are too many features, or one has a name that is none.</exception>
    public int Write(AccessClaims claims, Span<char> destination)
    {
        ArgumentNullException.ThrowIfNull(claims);
        if (claims.Features.Count > AccessClaims.MaxFeatures || !claims.Features.All(FeatureName.IsValid))
            throw new ArgumentException("Too many features, or no name of a feature.", nameof(claims));
        Span<byte> token = stackalloc byte[MaxSize];
        token[0] = Version;
        claims.Account.TryWriteBytes(token[1..], bigEndian: true, out _);
        claims.Device.TryWriteBytes(token[17..], bigEndian: true, out _);
        claims.Session.TryWriteBytes(token[33..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(token[49..], claims.Expires.ToUnixTimeSeconds());
        token[57] = (byte)claims.Features.Count;
        int length = FixedSize;
        foreach (string feature in claims.Features)
        {
            token[length++] = (byte)feature.Length;
            length += Encoding.ASCII.GetBytes(feature, token[length..]);
        }
        HMACSHA256.HashData(_current.Span, token[..length], token[length..]);
        int written = Base64Url.EncodeToChars(token[..(length + MacSize)], destination);
        CryptographicOperations.ZeroMemory(token);
        return written;
    }

    /// <summary>Checks a token. Never throws.</summary>
    /// <param name="text">The token; anything may come.</param>
    /// <param name="now">The time.</param>
    /// <param name="claims">What it says; null unless it is valid.</param>
    public AccessTokenVerdict Check(ReadOnlySpan<char> text, DateTimeOffset now, out AccessClaims? claims)
    {
        claims = null;
        Span<byte> bytes = stackalloc byte[MaxSize + 3];
        if (text.Length > MaxTextLength || !TokenText.TryDecode(text, bytes, out int length)) return AccessTokenVerdict.Malformed;
        if (length < FixedSize + MacSize || bytes[0] != Version)
            return AccessTokenVerdict.Malformed;
        ReadOnlySpan<byte> token = bytes[..length];
        if (!IsOurs(token)) return AccessTokenVerdict.Forged;
        if (!TryRead(token[..^MacSize], out AccessClaims? read)) return AccessTokenVerdict.Malformed;
        if (now >= read.Expires) return AccessTokenVerdict.Expired;
        claims = read;
        return AccessTokenVerdict.Valid;
    }

    /// <summary>A fixed text that does not show the keys.</summary>
    public override string ToString() => "AccessTokens(hidden)";

    /// <summary>Erases the keys. May be called more than once.</summary>
    public void Dispose()
    {
        _current.Dispose();
        _previous?.Dispose();
    }

    private bool IsOurs(ReadOnlySpan<byte> token)
    {
        Span<byte> mac = stackalloc byte[MacSize];
        HMACSHA256.HashData(_current.Span, token[..^MacSize], mac);
        if (CryptographicOperations.FixedTimeEquals(mac, token[^MacSize..])) return true;
        if (_previous is null) return false;
        HMACSHA256.HashData(_previous.Span, token[..^MacSize], mac);
        return CryptographicOperations.FixedTimeEquals(mac, token[^MacSize..]);
    }

    // It was ours; a form that we do not know can still come from another version of us.
    private static bool TryRead(ReadOnlySpan<byte> token, [NotNullWhen(true)] out AccessClaims? claims)
    {
        claims = null;
        long expires = BinaryPrimitives.ReadInt64BigEndian(token[49..]);
        int count = token[57];
        if (count > AccessClaims.MaxFeatures || !Identity.RevocationList.IsDate(expires)) return false;
        string[] features = new string[count];
        ReadOnlySpan<byte> rest = token[FixedSize..];
        for (int i = 0; i < features.Length; i++)
        {
            if (rest.IsEmpty || rest[0] >= rest.Length) return false;
            features[i] = Encoding.ASCII.GetString(rest.Slice(1, rest[0]));
            if (!FeatureName.IsValid(features[i])) return false;
            rest = rest[(1 + rest[0])..];
        }
        if (!rest.IsEmpty) return false;
        claims = new AccessClaims
        {
            Account = new Guid(token.Slice(1, 16), bigEndian: true),
            Device = new Guid(token.Slice(17, 16), bigEndian: true),
            Session = new Guid(token.Slice(33, 16), bigEndian: true),
            Expires = DateTimeOffset.FromUnixTimeSeconds(expires),
            Features = features,
        };
        return true;
    }
}
