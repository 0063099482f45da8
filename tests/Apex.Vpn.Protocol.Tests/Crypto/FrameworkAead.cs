using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>The framework's ChaCha20-Poly1305: an independent witness.</summary>
internal sealed class FrameworkAead : AeadProvider
{
    internal override string Name => "framework";

    protected override void SealCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        using var cipher = new ChaCha20Poly1305(key);
        cipher.Encrypt(nonce, buffer[..^TagSize], buffer[..^TagSize], buffer[^TagSize..], associatedData);
    }

    protected override bool TryOpenCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer)
    {
        using var cipher = new ChaCha20Poly1305(key);
        try
        {
            cipher.Decrypt(nonce, buffer[..^TagSize], buffer[^TagSize..], buffer[..^TagSize], associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
