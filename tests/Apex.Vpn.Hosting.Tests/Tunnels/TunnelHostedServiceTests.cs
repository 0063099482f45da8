using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Hosting.Tunnels;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Apex.Vpn.Hosting.Tests.Tunnels;

public sealed class TunnelHostedServiceTests
{
    [Fact]
    public async Task A_tunnel_comes_up_with_the_host_and_goes_down_with_it()
    {
        using var configuration = new TestConfiguration("ListenPort = 51821", "Endpoint = 192.0.2.1:51820\nPersistentKeepalive = 25");
        using var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);
        Assert.Null(host.Tunnel.Device);

        await host.StartAsync();

        WireGuardDevice device = host.Tunnel.Device!;
        Assert.True(device.IsUp);
        DeviceStatus status = await device.GetStatusAsync();
        Assert.Equal((51821, 1), (status.ListenPort, status.PeerCount));
        Assert.Equal(configuration.PublicKey, status.PublicKey);
        PeerStatus peer = device.GetPeer(configuration.Peer)!;
        Assert.Equal("192.0.2.1:51820", peer.Endpoint.ToString());
        Assert.Equal(25, peer.PersistentKeepalive);
        Assert.Equal([IPNetwork.Parse("10.9.0.2/32")], peer.AllowedIps);

        await host.StopAsync();

        Assert.Null(host.Tunnel.Device);
        Assert.True(device.Completion.IsCompletedSuccessfully);
        Assert.True(host.Tun.IsDisposed && host.Transport.IsDisposed);
        Assert.Equal(
            ["1 Tunnel wg0 is up on UDP port 51821 with 1 peers.", "2 Tunnel wg0 is down."],
            host.Logged.Select(static line => line[(line.IndexOf("Information", StringComparison.Ordinal) + 12)..].Trim()));
    }

    [Fact]
    public async Task Names_are_looked_up()
    {
        using var configuration = new TestConfiguration("", "Endpoint = localhost:51820");
        using var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);

        await host.StartAsync();

        IPEndPoint endpoint = host.Tunnel.Device!.GetPeer(configuration.Peer)!.Endpoint.ToIPEndPoint()!;
        Assert.True(IPAddress.IsLoopback(endpoint.Address));
        Assert.Equal(51820, endpoint.Port);
    }

    [Fact]
    public async Task Nothing_logged_at_any_level_names_a_key_or_an_endpoint()
    {
        using var configuration = new TestConfiguration("", "Endpoint = 192.0.2.77:51820");
        using var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);

        await host.StartAsync();
        host.Tun.TakeAway();
        await Stopping(host);
        await host.StopAsync();

        Assert.NotEmpty(host.AllLogged);
        Assert.All(host.AllLogged, line =>
        {
            Assert.DoesNotContain(configuration.PrivateKeyText, line, StringComparison.Ordinal);
            Assert.DoesNotContain(configuration.PublicKey.ToBase64(), line, StringComparison.Ordinal);
            Assert.DoesNotContain(configuration.Peer.ToBase64(), line, StringComparison.Ordinal);
            Assert.DoesNotContain("192.0.2.77", line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_host_stops_when_the_interface_goes_away()
    {
        using var configuration = new TestConfiguration();
        using var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);
        await host.StartAsync();

        host.Tun.TakeAway();

        await Stopping(host);
        Assert.Contains(host.Logged, static line => line.Contains("Critical 5 Tunnel wg0 has failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bad_configuration_stops_the_host_from_starting_and_is_not_repeated()
    {
        using var configuration = new TestConfiguration();
        configuration.Write("[Interface]\nPrivateKey = " + configuration.PrivateKeyText[..43] + "!\n");
        using var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);

        var error = await Assert.ThrowsAsync<ConfigurationException>(host.StartAsync);

        Assert.Equal(2, Assert.Single(error.Errors).Line);
        Assert.DoesNotContain(configuration.PrivateKeyText[..20], error.ToString(), StringComparison.Ordinal);
        Assert.Null(host.Tunnel.Device);
    }

    [Fact]
    public async Task A_missing_configuration_stops_the_host_from_starting()
    {
        using var host = new TestHost("wg0", static options => options.ConfigurationFile = Path.GetRandomFileName());

        await Assert.ThrowsAsync<FileNotFoundException>(host.StartAsync);
    }

    [Fact]
    public async Task A_taken_port_stops_the_host_from_starting_and_leaves_nothing_open()
    {
        using var configuration = new TestConfiguration($"ListenPort = {FakeTransport.TakenPort}");
        using var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);

        await Assert.ThrowsAsync<SocketException>(host.StartAsync);

        Assert.Null(host.Tunnel.Device);
        Assert.True(host.Tun.IsDisposed && host.Transport.IsDisposed);
    }

    [Fact]
    public async Task A_second_call_makes_no_second_tunnel_and_another_name_does()
    {
        using var first = new TestConfiguration();
        using var second = new TestConfiguration();
        var tun = new FakeTun();
        using var host = new TestHost("wg0", options => options.ConfigurationFile = "", services =>
        {
            services.AddApexVpnTunnel("wg0", options => options.ConfigurationFile = first.Path);
            services.AddApexVpnTunnel("wg1", options => options.ConfigurationFile = second.Path);
            services.AddKeyedSingleton<ITunDevice>("wg1", tun);
            services.AddKeyedSingleton<Protocol.Transports.IUdpTransport>("wg1", new FakeTransport());
        });

        await host.StartAsync();

        Assert.Equal(2, host.Services.GetServices<IHostedService>().Count());
        Tunnel other = host.Services.GetRequiredKeyedService<Tunnel>("wg1");
        Assert.Equal(first.PublicKey, (await host.Tunnel.Device!.GetStatusAsync()).PublicKey);
        Assert.Equal(second.PublicKey, (await other.Device!.GetStatusAsync()).PublicKey);
        Assert.NotSame(host.Tunnel, other);
    }

    [Fact]
    public async Task A_file_that_others_may_read_is_warned_about()
    {
        if (OperatingSystem.IsWindows()) return; // files have no modes there
        using var configuration = new TestConfiguration();
        configuration.LetEverybodyRead();
        using var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);

        await host.StartAsync();

        Assert.Contains(host.Logged, static line => line.Contains("Warning 3", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Address = 10.9.0.1/24", true)]
    [InlineData("DNS = 10.9.0.53", true)]
    [InlineData("PostUp = true", true)]
    [InlineData("Table = off", true)]
    [InlineData("MTU = 1300", false)]
    [InlineData("FwMark = 1", false)]
    public async Task What_is_left_to_the_system_is_said(string line, bool left)
    {
        using var configuration = new TestConfiguration(line);
        using var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);

        await host.StartAsync();

        Assert.Equal(left, host.Logged.Any(static line => line.Contains("Information 4", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_tunnel_disposed_with_its_container_is_down()
    {
        using var configuration = new TestConfiguration();
        var host = new TestHost("wg0", options => options.ConfigurationFile = configuration.Path);
        await host.StartAsync();
        WireGuardDevice device = host.Tunnel.Device!;

        host.Dispose();
        host.Dispose();

        Assert.False(device.IsUp);
        Assert.Null(host.Tunnel.Device);
        Assert.True(host.Tun.IsDisposed);
    }

    [RootFact]
    public async Task On_Linux_a_tunnel_is_an_interface_and_a_port()
    {
        string name = "apxh" + Random.Shared.Next(100_000, 999_999);
        using var configuration = new TestConfiguration("MTU = 1312");
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddApexVpnTunnel(name, options => options.ConfigurationFile = configuration.Path);
        using IHost host = builder.Build();

        await host.StartAsync();
        Assert.Equal("1312", File.ReadAllText($"/sys/class/net/{name}/mtu").Trim());
        DeviceStatus status = await host.Services.GetRequiredKeyedService<Tunnel>(name).Device!.GetStatusAsync();
        using (var probe = new UdpClient())
        {
            probe.Client.ExclusiveAddressUse = true;
            Assert.Throws<SocketException>(() => probe.Client.Bind(new IPEndPoint(IPAddress.Any, status.ListenPort)));
        }

        await host.StopAsync();
        Assert.False(Directory.Exists($"/sys/class/net/{name}"));
    }

    private static async Task Stopping(TestHost host)
    {
        var stopping = new TaskCompletionSource();
        using CancellationTokenRegistration registration =
            host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
