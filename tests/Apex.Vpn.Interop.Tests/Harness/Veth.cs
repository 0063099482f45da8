namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>A virtual cable between two namespaces.</summary>
internal static class Veth
{
    /// <summary>Lays the cable, gives its ends their addresses (each with prefix length) and waits until it carries packets.</summary>
    public static async Task Connect(VethEnd one, VethEnd other, int mtu = 1500)
    {
        await one.Net.Ip($"link add {one.Link} mtu {mtu} type veth peer name {other.Link} mtu {mtu} netns {other.Net.Name}");
        foreach (var end in (VethEnd[])[one, other])
        {
            // No duplicate address detection: an address has to serve at once.
            foreach (var address in end.Addresses) await end.Net.AddAddress(end.Link, address);
            await end.Net.Ip($"link set {end.Link} up");
        }

        await one.Net.LinkIsUp(one.Link);
        await other.Net.LinkIsUp(other.Link);
    }
}

/// <summary>One end of a cable.</summary>
internal sealed record VethEnd(NetNamespace Net, string Link, params string[] Addresses);
