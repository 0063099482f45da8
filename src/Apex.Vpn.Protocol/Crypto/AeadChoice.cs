namespace Apex.Vpn.Protocol;

/// <summary>Which implementation of ChaCha20-Poly1305 (RFC 8439) protects the packets. All give the same bytes.</summary>
public enum AeadChoice
{
    /// <summary>The fastest one that passes its self-test on this machine.</summary>
    Automatic,

    /// <summary>The native library libsodium, which comes with NSec: the reference.</summary>
    Libsodium,

    /// <summary>The one written in C# with vector instructions.</summary>
    Managed,
}
