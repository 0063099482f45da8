using System.Text;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>
/// Checks that a device holds the tunnel key it speaks for: when it registers the key, and each time it refreshes its session.
/// </summary>
/// <remarks>
/// <para>A <see cref="KeyProof"/> towards a key of the control plane whose public half is in the API's description. The tunnel key itself
/// is proven, not a second key beside it: a stolen refresh token is worth nothing without the device, nobody can register somebody else's
/// key, and a device has one key to keep. Only a control plane can check such a proof, and nobody else needs to.</para>
/// <para>Statements, ASCII: <c>"Apex.Vpn register 1|" + challenge</c> and <c>"Apex.Vpn refresh 1|" + token</c>; both serve once. Safe from
/// any thread until disposed; each check costs an X25519.</para>
/// </remarks>
public sealed class DeviceProofs : IDisposable
{
    /// <summary>The longest challenge or token in a statement, 256 characters.</summary>
    public const int MaxStatedLength = 256;

    private const string Registration = "Apex.Vpn register 1|";
    private const string Refresh = "Apex.Vpn refresh 1|";

    private readonly PrivateKey _key;

    /// <summary>Copies the key.</summary>
    /// <param name="key">The control plane's key for proofs; stays the caller's.</param>
    public DeviceProofs(PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> bytes = stackalloc byte[SecretKey.Size];
        key.CopyTo(bytes);
        _key = new PrivateKey(bytes);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        PublicKey = _key.DerivePublicKey();
    }

    /// <summary>The key that devices prove theirs to.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>A device makes its proof for registering.</summary>
    /// <param name="device">Its key.</param>
    /// <param name="verifier">The control plane's <see cref="PublicKey"/>.</param>
    /// <param name="challenge">What the control plane gave to be used once.</param>
    /// <param name="proof">At least <see cref="KeyProof.Size"/> bytes.</param>
    /// <returns>False when a value is none.</returns>
    public static bool TryProveRegistration(PrivateKey device, PublicKey verifier, ReadOnlySpan<char> challenge, Span<byte> proof)
    {
        Span<byte> statement = stackalloc byte[Registration.Length + MaxStatedLength];
        return TryState(Registration, challenge, ref statement) && KeyProof.TryCreate(device, verifier, statement, proof);
    }

    /// <summary>A device makes its proof for refreshing.</summary>
    /// <param name="device">Its key.</param>
    /// <param name="verifier">The control plane's <see cref="PublicKey"/>.</param>
    /// <param name="token">The refresh token that it sends.</param>
    /// <param name="proof">At least <see cref="KeyProof.Size"/> bytes.</param>
    /// <returns>False when a value is none.</returns>
    public static bool TryProveRefresh(PrivateKey device, PublicKey verifier, ReadOnlySpan<char> token, Span<byte> proof)
    {
        Span<byte> statement = stackalloc byte[Refresh.Length + MaxStatedLength];
        return TryState(Refresh, token, ref statement) && KeyProof.TryCreate(device, verifier, statement, proof);
    }

    /// <summary>Whether whoever registers a key holds it.</summary>
    /// <param name="device">The key.</param>
    /// <param name="challenge">What was given to be used once, and was not used before.</param>
    /// <param name="proof">The proof; anything may come.</param>
    public bool IsRegistration(PublicKey device, ReadOnlySpan<char> challenge, ReadOnlySpan<byte> proof)
    {
        Span<byte> statement = stackalloc byte[Registration.Length + MaxStatedLength];
        return TryState(Registration, challenge, ref statement) && KeyProof.Verify(_key, device, statement, proof);
    }

    /// <summary>Whether whoever refreshes a session holds its device's key.</summary>
    /// <param name="device">The key that the session is bound to.</param>
    /// <param name="token">The refresh token that came with the proof.</param>
    /// <param name="proof">The proof; anything may come.</param>
    public bool IsRefresh(PublicKey device, ReadOnlySpan<char> token, ReadOnlySpan<byte> proof)
    {
        Span<byte> statement = stackalloc byte[Refresh.Length + MaxStatedLength];
        return TryState(Refresh, token, ref statement) && KeyProof.Verify(_key, device, statement, proof);
    }

    /// <summary>A fixed text that does not show the key.</summary>
    public override string ToString() => "DeviceProofs(hidden)";

    /// <summary>Erases the key. May be called more than once.</summary>
    public void Dispose() => _key.Dispose();

    private static bool TryState(string purpose, ReadOnlySpan<char> stated, ref Span<byte> statement)
    {
        if (stated.IsEmpty || stated.Length > MaxStatedLength || !Ascii.IsValid(stated)) return false;
        Encoding.ASCII.GetBytes(purpose, statement);
        Encoding.ASCII.GetBytes(stated, statement[purpose.Length..]);
        statement = statement[..(purpose.Length + stated.Length)];
        return true;
    }
}
