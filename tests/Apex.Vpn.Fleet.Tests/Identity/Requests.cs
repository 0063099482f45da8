using Apex.Vpn.Fleet.Identity;

namespace Apex.Vpn.Fleet.Tests.Identity;

/// <summary>Requests of nodes with keys of their own.</summary>
internal static class Requests
{
    internal static EnrolmentRequest Make(string name = "node-1", string city = "se-sto", Guid? node = null)
    {
        using var keys = new EnrolmentKeys();
        return Make(keys, name, city, node);
    }

    internal static EnrolmentRequest Make(EnrolmentKeys keys, string name = "node-1", string city = "se-sto", Guid? node = null)
    {
        Assert.True(
            EnrolmentRequest.TryCreate(
                keys.CreateSigningRequest(node), keys.DeliveryKey.DerivePublicKey(), name, city, node,
                out EnrolmentRequest? request, out string? error),
            error);
        return request;
    }
}
