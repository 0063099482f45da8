using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>What a public key is called in tables that outlive its peer: 16 bytes from which nobody finds the key again.</summary>
internal readonly record struct KeyId(ulong Low, ulong High);

/// <summary>
/// BLAKE2s-128 of public keys under a key of this boot: initiators choose their keys, but not the places in tables that these lead to.
/// </summary>
internal sealed class KeyIds
{
    private readonly SecretSlot _bootKey;

    internal KeyIds(SecretSlab secrets, EngineRandom random)
    {
        _bootKey = secrets.Rent();
        random.Fill(_bootKey.Span);
    }

    internal KeyId Of(in PublicKey key)
    {
        KeyId id = default;
        Blake2s.Mac(_bootKey.Span, PublicKey.AsSpan(in key), MemoryMarshal.AsBytes(new Span<KeyId>(ref id)));
        return id;
    }
}
