using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Engine.Probes;

/// <summary>
/// The key of probes to one node in one epoch: <c>BLAKE2s("probe---" ‖ node's public key ‖ epoch secret)</c>. Kept as the two hashes that it
/// begins, which saves each message a third of the work.
/// </summary>
/// <remarks>Safe from any thread. Nothing that fits an erased one is answered: see <see cref="ProbeResponder"/>.</remarks>
internal sealed class ProbeKey : IDisposable
{
    private readonly Blake2sState[] _begun = GC.AllocateArray<Blake2sState>(2, pinned: true); // of 16 bytes, of 32 bytes

    internal ProbeKey(in PublicKey node, uint epoch, ReadOnlySpan<byte> secret)
    {
        Epoch = epoch;
        Span<byte> key = stackalloc byte[Blake2s.HashSize];
        var state = new Blake2sState(Blake2s.HashSize);
        state.Update("probe---"u8);
        state.Update(PublicKey.AsSpan(in node));
        state.Update(secret);
        state.Finish(key);
        Begin(key);
        CryptographicOperations.ZeroMemory(key);
    }

    internal uint Epoch { get; }

    /// <summary>The keyed hash of 16 bytes: masks stamps, and authenticates requests.</summary>
    internal void Hash128(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Blake2sState state = _begun[0];
        state.Update(data);
        state.Finish(hash);
    }

    /// <summary>The keyed hash of 32 bytes: authenticates replies.</summary>
    internal void Hash256(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> hash)
    {
        Blake2sState state = _begun[1];
        state.Update(first);
        state.Update(second);
        state.Finish(hash);
    }

    /// <summary>Writes the key of zeros over this one, so that whoever reads meanwhile still reads hashes that have begun.</summary>
    public void Dispose() => Begin(stackalloc byte[Blake2s.HashSize]);

    private void Begin(ReadOnlySpan<byte> key)
    {
        _begun[0].InitializeByKey(Blake2s.MacSize, key);
        _begun[1].InitializeByKey(Blake2s.HashSize, key);
    }
}
