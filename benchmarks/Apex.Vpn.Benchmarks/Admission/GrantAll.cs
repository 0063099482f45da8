using System.Net;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Admission;

namespace Apex.Vpn.Benchmarks.Admission;

/// <summary>Grants every key of a population its own address, at once, and refuses all others.</summary>
internal sealed class GrantAll : IPeerAuthorizer
{
    private readonly Dictionary<PublicKey, IPNetwork> _addresses = [];

    internal void Add(PublicKey key, string address) => _addresses.Add(key, IPNetwork.Parse(address));

    public ValueTask<PeerGrant?> AuthorizeAsync(PeerRequest request, CancellationToken cancellationToken) =>
        new(_addresses.TryGetValue(request.PublicKey, out IPNetwork address) ? new PeerGrant { AllowedIPs = [address] } : null);
}
