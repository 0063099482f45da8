#if APEX_NULL_CIPHER
namespace Apex.Vpn.Protocol.Crypto;

/// <summary>
/// For the benchmark that asks what share of the time is the cipher's: data packets pass as they are, handshakes are encrypted as always.
/// Exists only in builds with <c>-p:ApexNullCipher=true</c>, which cannot be packed.
/// </summary>
internal sealed class NullCipher(AeadProvider real) : AeadProvider
{
    internal override string Name => "none";

    internal override void Seal(ReadOnlySpan<byte> key, Span<byte> slab, ReadOnlySpan<AeadSegment> segments)
    {
        foreach (ref readonly AeadSegment segment in segments) slab.Slice(segment.Offset + segment.Length - TagSize, TagSize).Clear();
    }

    internal override int Open(ReadOnlySpan<byte> key, Span<byte> slab, Span<AeadSegment> segments)
    {
        foreach (ref AeadSegment segment in segments) segment.Authentic = true;
        return segments.Length;
    }

    protected override void SealCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer) =>
        real.SealWithNonce(key, nonce, associatedData, buffer);

    protected override bool TryOpenCore(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer) =>
        real.TryOpenWithNonce(key, nonce, associatedData, buffer);
}
#endif
