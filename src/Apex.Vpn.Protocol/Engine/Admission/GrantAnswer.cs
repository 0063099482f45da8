using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine.Admission;

/// <summary>A grant as the engine keeps it. Made on the thread that answers, so that what is wrong with a grant shows there.</summary>
internal sealed class GrantAnswer
{
    private GrantAnswer(AllowedIpPrefix[] allowedIps, SecretSlot presharedKey, int grantClass, TimeSpan fresh) =>
        (AllowedIps, PresharedKey, Class, Fresh) = (allowedIps, presharedKey, grantClass, fresh);

    internal AllowedIpPrefix[] AllowedIps { get; }

    /// <summary>The preshared key in the slab, for the reader to keep or to return; empty for none.</summary>
    internal SecretSlot PresharedKey { get; }

    internal int Class { get; }

    internal TimeSpan Fresh { get; }

    /// <summary>Takes over what an authorizer answered.</summary>
    internal static GrantAnswer Take(PeerGrant grant, SecretSlab secrets)
    {
        using PresharedKey? presharedKey = grant.PresharedKey;
        var allowedIps = new AllowedIpPrefix[grant.AllowedIPs.Count];
        for (int i = 0; i < allowedIps.Length; i++) allowedIps[i] = AllowedIpPrefix.From(grant.AllowedIPs[i]);
        TimeSpan fresh = grant.TimeToLive < PeerGrant.MaxTimeToLive ? grant.TimeToLive : PeerGrant.MaxTimeToLive;
        SecretSlot slot = default;
        if (presharedKey is { IsZero: false })
        {
            slot = secrets.Rent();
            presharedKey.Bytes.CopyTo(slot.Span);
        }
        return new GrantAnswer(allowedIps, slot, grant.Class, fresh);
    }
}
