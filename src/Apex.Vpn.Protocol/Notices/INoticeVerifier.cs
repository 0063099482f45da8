namespace Apex.Vpn.Protocol.Notices;

/// <summary>Says whether a notice was signed by the control plane.</summary>
/// <remarks>Called on the device's control worker, at most ten times a second and node in the long run: must not block and must not throw.</remarks>
public interface INoticeVerifier
{
    /// <summary>Whether a key that may sign notices made this signature.</summary>
    /// <param name="message">The bytes that were signed. They begin with a magic of their own, so no other signature fits them.</param>
    /// <param name="signature">64 bytes of Ed25519.</param>
    bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
