using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Apex.Vpn.Fleet.Accounts;
using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>Lets one node in once: <c>id.secret.sha256(CA public key)</c>.</summary>
/// <remarks>
/// <para>id: 16 bytes and secret: 32 random bytes, both base64url without padding; the hash: 64 characters of lower-case hex. The hash lets
/// the node know its control plane before it says the secret (<see cref="EnrolmentClientGate"/>); the id lets the control plane find the
/// token without searching for a secret.</para>
/// <para>Dispose it after use. <see cref="ToString"/> shows nothing of it.</para>
/// </remarks>
[DebuggerDisplay("(hidden)")]
public sealed class EnrolmentToken : IDisposable
{
    /// <summary>How long a token is good unless said otherwise, 10 min.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(10);

    /// <summary>The length of the text form in characters, 131.</summary>
    public const int TextLength = IdLength + 1 + SecretLength + 1 + RootLength;

    /// <summary>The size in bytes of the hash of a secret that a control plane keeps.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    private const int IdSize = 16, SecretSize = 32;
    private const int IdLength = 22, SecretLength = 43, RootLength = 64;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly SecretBytes _secret;
    private readonly byte[] _root;

    private EnrolmentToken(Guid id, SecretBytes secret, byte[] root) => (Id, _secret, _root) = (id, secret, root);

    /// <summary>Names the token; no secret.</summary>
    public Guid Id { get; }

    /// <summary>SHA-256 of the public key of the fleet's authority, 32 bytes.</summary>
    public ReadOnlyMemory<byte> RootHash => _root;

    /// <summary>The secret, to be sent once the control plane is known; erased with the token.</summary>
    public SecretBytes Secret => _secret;

    /// <summary>Makes a token.</summary>
    /// <param name="rootHash"><see cref="CertificateAuthority.KeyHash"/>.</param>
    /// <returns>The token, which the caller shows once and disposes.</returns>
    /// <exception cref="ArgumentException">The hash has not 32 bytes.</exception>
    public static EnrolmentToken Create(ReadOnlySpan<byte> rootHash)
    {
        if (rootHash.Length != HashSize) throw new ArgumentException($"The hash of a key has {HashSize} bytes.", nameof(rootHash));
        return new EnrolmentToken(Guid.NewGuid(), SecretBytes.Generate(SecretSize), rootHash.ToArray());
    }

    /// <summary>Reads a token, with space around it allowed.</summary>
    /// <param name="text">The text; the caller answers for erasing it.</param>
    /// <param name="token">The token, which the caller disposes; null when the text is none.</param>
    /// <param name="error">What is wrong, in words that repeat nothing of the text; null when nothing is.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out EnrolmentToken? token, [NotNullWhen(false)] out string? error)
    {
        token = null;
        text = text.Trim();
        error = Examine(text);
        if (error is not null) return false;
        Span<byte> id = stackalloc byte[IdSize], secret = stackalloc byte[SecretSize];
        byte[] root = new byte[HashSize];
        bool read = TryDecode(text[..IdLength], id) & TryDecode(text.Slice(IdLength + 1, SecretLength), secret)
            & (Convert.FromHexString(text[^RootLength..], root, out _, out _) == System.Buffers.OperationStatus.Done);
        if (read) token = new EnrolmentToken(new Guid(id), new SecretBytes(secret), root);
        else error = "The token holds characters that do not belong there: copy it again.";
        CryptographicOperations.ZeroMemory(secret);
        return read;
    }

    /// <summary>Writes the text form, which holds the secret.</summary>
    /// <param name="destination">At least <see cref="TextLength"/> characters that the caller erases.</param>
    /// <returns>The number of characters written.</returns>
    public int WriteText(Span<char> destination)
    {
        Span<byte> id = stackalloc byte[IdSize];
        Id.TryWriteBytes(id);
        Base64Url.EncodeToChars(id, destination);
        destination[IdLength] = '.';
        Base64Url.EncodeToChars(_secret.Span, destination[(IdLength + 1)..]);
        destination[IdLength + 1 + SecretLength] = '.';
        Convert.TryToHexStringLower(_root, destination[^RootLength..TextLength], out _);
        return TextLength;
    }

    /// <summary>The hash of the secret, which is all that a control plane keeps of it.</summary>
    public byte[] HashSecret() => HashSecret(Id, _secret.Span);

    /// <summary>The hash of a secret that a node sent.</summary>
    /// <param name="id">The token's id.</param>
    /// <param name="secret">The secret; anything may come.</param>
    /// <returns><see cref="HashSize"/> bytes.</returns>
    public static byte[] HashSecret(Guid id, ReadOnlySpan<byte> secret)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("Apex.Vpn enrolment token"u8);
        hash.AppendData(id.ToByteArray());
        hash.AppendData(secret);
        return hash.GetHashAndReset();
    }

    /// <summary>A fixed text that does not show the token.</summary>
    public override string ToString() => "EnrolmentToken(hidden)";

    /// <summary>Erases the secret. May be called more than once.</summary>
    public void Dispose() => _secret.Dispose();

    private static string? Examine(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return "There is no token.";
        if (text.Count('.') != 2) return "A token has three parts with dots between them: id.secret.hash.";
        if (text.Length < TextLength) return $"The token has {text.Length} of {TextLength} characters: a part of it is missing.";
        if (text.Length > TextLength) return $"The token has more than {TextLength} characters.";
        return text[IdLength] == '.' && text[IdLength + 1 + SecretLength] == '.' ? null : "The token's parts have the wrong lengths.";
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes) =>
        TokenText.TryDecode(text, bytes, out int written) && written == bytes.Length;
}
