using Apex.Vpn.Hosting.Tests.Tunnels;
using Apex.Vpn.Hosting.Tunnels;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;
using Apex.Vpn.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Apex.Vpn.Hosting.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task The_snippet_runs()
    {
        using var configuration = new TestConfiguration();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddKeyedSingleton<ITunDevice>("wg0", new FakeTun());
        builder.Services.AddKeyedSingleton<IUdpTransport>("wg0", new FakeTransport());

        Assert.Equal([0L], await Run(builder, configuration.Path));
    }

    [Fact]
    public void The_readme_shows_what_runs()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "readme");
        string shown = Snippet.FromMarkdown(Path.Combine(folder, "README.md"));

        Assert.Equal(Snippet.FromSource(Path.Combine(folder, "ReadmeTests.cs"), "readme"), shown);
        Assert.InRange(shown.Split('\n').Length, 5, 15);
    }

    private static async Task<List<long>> Run(HostApplicationBuilder builder, string configurationFile)
    {
        var received = new List<long>();
        // snippet: readme
        builder.Services.AddApexVpnTunnel("wg0", options =>
        {
            options.ConfigurationFile = configurationFile; // as wg-quick reads it: the only place with keys
            options.Mtu = 1380;
        });
        using IHost host = builder.Build();
        await host.StartAsync(); // the tunnel is up

        WireGuardDevice device = host.Services.GetRequiredKeyedService<Tunnel>("wg0").Device!;
        await foreach (PeerStatus peer in device.ReadPeersAsync())
        {
            received.Add(peer.ReceivedBytes);
        }
        // end of snippet
        return received;
    }
}
