namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>What handshake messages cost the control worker, in cookie replies: only the proportions matter.</summary>
internal static class HandshakeCost
{
    /// <summary>Looking at a message, and a cookie reply perhaps.</summary>
    internal const int Message = 1;

    /// <summary>One Diffie-Hellman with the hashing that goes with it.</summary>
    internal const int Agreement = 12;

    /// <summary>The dearest message: an initiation that is answered.</summary>
    internal const int Highest = Message + (4 * Agreement);
}
