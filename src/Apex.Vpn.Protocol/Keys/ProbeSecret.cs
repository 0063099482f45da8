using System.Security.Cryptography;

namespace Apex.Vpn.Protocol;

/// <summary>What the nodes and clients of a fleet share for one epoch of latency probes: whoever has it can ask a node how far it is.</summary>
/// <remarks>It opens nothing else: sessions are made by handshakes alone.</remarks>
public sealed class ProbeSecret : SecretKey
{
    private ProbeSecret() { }

    /// <summary>A secret from its bytes.</summary>
    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public ProbeSecret(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A probe secret has {Size} bytes.", nameof(bytes));
        bytes.CopyTo(Writable);
    }

    /// <summary>A new random secret.</summary>
    public static ProbeSecret Generate()
    {
        var secret = new ProbeSecret();
        RandomNumberGenerator.Fill(secret.Writable);
        return secret;
    }

    /// <summary>Parses base64 (44 characters) or hex (64 characters).</summary>
    /// <param name="text">The text, without surrounding space; the caller answers for erasing it.</param>
    /// <exception cref="FormatException">The text is neither; the message does not repeat it.</exception>
    public static ProbeSecret Parse(ReadOnlySpan<char> text)
    {
        var secret = new ProbeSecret();
        if (KeyText.TryParse(text, secret.Writable)) return secret;
        secret.Dispose();
        throw new FormatException("Not a key: expected 44 characters of base64 or 64 of hex.");
    }
}
