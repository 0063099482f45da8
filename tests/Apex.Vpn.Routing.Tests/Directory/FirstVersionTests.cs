using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>
/// What the first version signed stays readable for ever. The status and profiles were written by another program, from the document alone.
/// </summary>
public sealed class FirstVersionTests
{
    // The keys are no secrets: a seed of 32 bytes 01, and one of 32 bytes 02.
    private static readonly TrustRoots Roots = new(
        2,
        SignaturePublicKey.Parse("iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="),
        SignaturePublicKey.Parse("gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q="));

    private static readonly DateTimeOffset December = DateTimeOffset.FromUnixTimeSeconds(1_796_083_200);

    [Fact]
    public void The_list_of_the_first_version_is_read()
    {
        ServerList list = ReadList();

        Assert.Equal((7, December, December.AddDays(30)), (list.Version, list.Issued, list.Expires));
        Assert.Equal("2f71885ff506c67e02917bbefdeae19c1b151e37f4d424d91f4105b977d2f884", list.Digest.ToString());
        Assert.Empty(list.Defects);
        Assert.Equal([new PublicKey([.. Enumerable.Repeat((byte)0xEE, 32)])], list.RevokedKeys);
        Assert.Equal(2, list.NoticeKeysAt(December).Count);
        Server amsterdam = list.Servers[0], saoPaulo = list.Servers[1];
        Assert.Equal(new Guid("0c9d6a2e-54f1-4f0c-9b57-3d7c2f7d0a01"), amsterdam.Id);
        Assert.Equal(("nl-ams-01", "Example Hosting", 10_000), (amsterdam.Name, amsterdam.Provider, amsterdam.Capacity));
        Assert.Equal(new Place("Amsterdam", CountryCode.Parse("NL"), new GeoPoint(52.370216, 4.895168)), amsterdam.Place);
        Assert.Equal(ServerFeatures.IPv6 | ServerFeatures.RamOnly | ServerFeatures.Owned, amsterdam.Features);
        Assert.Equal(
            [
                new ServerEndpoint(TransportKind.WireGuardUdp, Fleets.Address("192.0.2.1", 51820)),
                new ServerEndpoint(TransportKind.WireGuardTls, Fleets.Address("192.0.2.1", 443)),
                new ServerEndpoint(TransportKind.WireGuardUdp, Fleets.Address("2001:db8::1", 51820)),
            ],
            amsterdam.Endpoints);
        Assert.Equal(
            [0x11, 0x12],
            amsterdam.Keys.Select(static key => Convert.FromHexString(key.Key.ToHex())[0]).Select(static first => (int)first));
        Assert.Equal((December, December.AddDays(90)), (amsterdam.Keys[1].NotBefore, amsterdam.Keys[1].NotAfter));
        Assert.Equal(
            (new Place("São Paulo", CountryCode.Parse("BR"), new GeoPoint(-23.5505, -46.6333)), ""),
            (saoPaulo.Place, saoPaulo.Provider));
    }

    [Fact]
    public void The_status_of_the_first_version_is_read()
    {
        DirectoryVerdict verdict = StatusReader.Read(Read("first.apxs"), Roots, ReadList(), out StatusSnapshot? status);

        Assert.Equal(DirectoryVerdict.Accepted, verdict);
        Assert.Equal((42, December.AddHours(1), December.AddSeconds(3690)), (status!.Sequence, status.Issued, status.NotAfter));
        Assert.Equal([new ServerStatus(ServerStates.InService, 0.2, 1), new ServerStatus(ServerStates.Healthy, 1, 0)], status.Servers);
    }

    [Fact]
    public void The_profiles_of_the_first_version_are_read()
    {
        DirectoryVerdict verdict = ProfilesReader.Read(Read("first.apxp"), Roots, out SignedProfiles? profiles);

        Assert.Equal(DirectoryVerdict.Accepted, verdict);
        Assert.Equal((3, December.AddHours(1), December.AddHours(3)), (profiles!.Sequence, profiles.Issued, profiles.NotAfter));
        Assert.Equal("profiles"u8, profiles.Payload.Span);
    }

    [Fact]
    public void The_certificate_of_the_first_version_is_read()
    {
        DirectoryVerdict verdict = OnlineKeyCertificate.ReadTrusted(Read("online.apxc"), Roots, out OnlineKeyCertificate? certificate);

        Assert.Equal(DirectoryVerdict.Accepted, verdict);
        Assert.Equal(
            (Authority.Everything, 0u, December.AddDays(-1), December.AddDays(89)),
            (certificate!.Purposes, certificate.Generation, certificate.NotBefore, certificate.NotAfter));
    }

    private static ServerList ReadList()
    {
        Assert.Equal(DirectoryVerdict.Accepted, ServerListReader.Read(Read("first.apxl"), Roots, out ServerList? list));
        return list!;
    }

    private static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "directory", name));
}
