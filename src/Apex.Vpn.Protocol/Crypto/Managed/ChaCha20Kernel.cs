namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>ChaCha20 (RFC 8439 section 2.3) for as many blocks at a time as a vector register has lanes for.</summary>
/// <param name="lanes">How many blocks one pass computes.</param>
internal abstract class ChaCha20Kernel(int lanes)
{
    internal const int BlockSize = 64;

    /// <summary>How many blocks one pass computes.</summary>
    internal int Lanes { get; } = lanes;

    /// <summary>Computes one block of keystream in each lane, in the order of the lanes.</summary>
    /// <param name="lanes">The state of each lane.</param>
    /// <param name="blocks">Room for all blocks.</param>
    /// <param name="xor">Whether the keystream is combined with what is in <paramref name="blocks"/> or replaces it.</param>
    internal abstract void Pass(ref ChaCha20Lanes lanes, ref byte blocks, bool xor);
}
