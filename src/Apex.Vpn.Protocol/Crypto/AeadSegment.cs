namespace Apex.Vpn.Protocol.Crypto;

/// <summary>One message of a batch, in a slab that holds several.</summary>
internal struct AeadSegment
{
    /// <summary>Where the message starts in the slab.</summary>
    internal int Offset;

    /// <summary>The length in bytes, the 16 of the tag at its end included.</summary>
    internal int Length;

    /// <summary>The counter that makes the nonce.</summary>
    internal ulong Counter;

    /// <summary>Result of opening: whether the tag was right.</summary>
    internal bool Authentic;
}
