using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Noise;

/// <summary>An initiation of ours that waits for its response. Owned by the control worker; its secrets lie in a slab.</summary>
internal sealed class PendingHandshake(Peer peer, SecretSlot secrets, DeviceIdentity identity) : IndexOwner
{
    /// <summary>The symmetric state, then the ephemeral private key.</summary>
    internal const int SecretSize = SymmetricState.Size + 32;

    internal Peer Peer { get; } = peer;

    internal DeviceIdentity Identity { get; } = identity;

    internal SecretSlot Secrets { get; } = secrets;

    internal Instant StartedAt { get; set; }

    internal Span<byte> State => Secrets.Span[..SymmetricState.Size];

    internal Span<byte> Ephemeral => Secrets.Span.Slice(SymmetricState.Size, 32);
}
