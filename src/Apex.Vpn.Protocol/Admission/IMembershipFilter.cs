namespace Apex.Vpn.Protocol.Admission;

/// <summary>Knows of most strangers that they are strangers, without asking anybody: a Bloom filter over all keys of a region, say.</summary>
/// <remarks>
/// Called on the control worker once a static key was opened, before it is proven: must be quick and must not throw. It only ever spares
/// work. A yes of the filter lets nobody in, and a key that was revoked is refused whatever the filter says.
/// </remarks>
public interface IMembershipFilter
{
    /// <summary>Whether a key may be worth a question to the authorizer. A wrong yes costs a question, a wrong no keeps a member out.</summary>
    /// <param name="publicKey">The key that an initiation names; anybody can name it.</param>
    bool MayBeMember(PublicKey publicKey);
}
