using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Sessions;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>An initiation that waits until it is known whether its initiator may be a peer.</summary>
/// <remarks>
/// The handshake's state is kept, in a slab, rather than the message: to read that again would cost two agreements between the grant and
/// the response, and the identity's private key may be gone by then.
/// </remarks>
internal sealed class ParkedInitiation : Aged<ParkedInitiation>
{
    private readonly SecretSlot _secrets; // the symmetric state, then the agreement of the static keys
    private readonly byte[] _ephemeral;   // public

    internal ParkedInitiation(in Newcomer newcomer, SecretSlot secrets, ulong network)
    {
        (Key, Id, Identity, Stamp, Path, Index) =
            (newcomer.Key, newcomer.Id, newcomer.Identity, newcomer.Stamp, newcomer.Path, newcomer.Index);
        _ephemeral = newcomer.Ephemeral.ToArray();
        _secrets = secrets;
        Network = network;
        newcomer.State.CopyTo(secrets.Span);
        newcomer.StaticStatic.CopyTo(secrets.Span[SymmetricState.Size..]);
    }

    internal PublicKey Key { get; }

    internal KeyId Id { get; }

    internal DeviceIdentity Identity { get; }

    internal Tai64n Stamp { get; }

    internal UdpPath Path { get; }

    internal uint Index { get; }

    internal SecretSlot Secrets => _secrets;

    /// <summary>The hash of the network that it came from.</summary>
    internal ulong Network { get; }

    internal Newcomer AsNewcomer() => new()
    {
        Key = Key,
        Id = Id,
        Identity = Identity,
        Stamp = Stamp,
        Path = Path,
        Index = Index,
        Ephemeral = _ephemeral,
        State = _secrets.Span[..SymmetricState.Size],
        StaticStatic = _secrets.Span.Slice(SymmetricState.Size, 32),
    };
}
