using System.Net;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Testing;

namespace Apex.Vpn.Protocol.Tests;

public sealed class ReadmeTests
{
    private const string Configuration = """
        [Interface]
        PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=

        [Peer]
        PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
        AllowedIPs = 10.192.122.3/32, 10.192.124.0/24
        Endpoint = 127.0.0.1:51820
        """;

    [Fact]
    public async Task The_snippet_runs()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, Configuration);
        try
        {
            PeerStatus peer = await Run(path);
            Assert.Equal(new IPEndPoint(IPAddress.Loopback, 51820), peer.Endpoint.ToIPEndPoint());
            Assert.Equal(2, peer.AllowedIps.Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("PACKAGE.md")]
    public void The_readmes_show_what_runs(string name)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "readme");
        string shown = Snippet.FromMarkdown(Path.Combine(folder, name));
        Assert.Equal(Snippet.FromSource(Path.Combine(folder, "ReadmeTests.cs"), "embed"), shown);
        Assert.InRange(shown.Split('\n').Length, 5, 15);
    }

    private static async Task<PeerStatus> Run(string path)
    {
        PeerStatus? seen = null;
        // snippet: embed
        using WireGuardConfiguration configuration = WireGuardConfiguration.Parse(File.ReadAllText(path)); // as wg-quick reads it
        ITunDevice tun = new InMemoryTun(); // the system's: LinuxTun.Open("apex0"); from a parent or Android: LinuxTun.FromDescriptor(fd)
        await using var device = new WireGuardDevice(tun, UdpTransport.Create());
        await device.ApplyAsync(configuration.ToDeviceUpdate(replacePeers: true));
        device.Up();
        await foreach (PeerStatus peer in device.ReadPeersAsync())
        {
            Console.WriteLine($"{peer.Endpoint}: {peer.AllowedIps.Count} prefixes, last handshake {peer.LastHandshake?.ToString("u") ?? "never"}");
        }
        // end of snippet
        await foreach (PeerStatus peer in device.ReadPeersAsync()) seen = peer;
        return seen!;
    }
}
