using Apex.Vpn.Hosting.Tunnels;
using Apex.Vpn.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Apex.Vpn.Hosting.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task The_snippet_runs()
    {
        TunnelOptions options = await Run([], "wg0.conf");

        Assert.Equal(("wg0", "wg0.conf", 1380), (options.InterfaceName, options.ConfigurationFile, options.Mtu));
    }

    [Fact]
    public void The_readme_shows_what_runs()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "readme");
        string shown = Snippet.FromMarkdown(Path.Combine(folder, "README.md"));

        Assert.Equal(Snippet.FromSource(Path.Combine(folder, "ReadmeTests.cs"), "readme"), shown);
        Assert.InRange(shown.Split('\n').Length, 5, 15);
    }

    private static async Task<TunnelOptions> Run(string[] args, string configurationFile)
    {
        // snippet: readme
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddApexVpnTunnel("wg0", options =>
        {
            options.ConfigurationFile = configurationFile; // as wg-quick reads it; the only place with keys
            options.Mtu = 1380;
        });
        using IHost host = builder.Build();
        await host.StartAsync();
        // end of snippet
        TunnelOptions options = host.Services.GetRequiredService<IOptionsMonitor<TunnelOptions>>().Get("wg0");
        await host.StopAsync();
        return options;
    }
}
