using Apex.Vpn.Hosting.Tunnels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Apex.Vpn.Hosting.Tests.Tunnels;

public sealed class TunnelOptionsTests
{
    [Fact]
    public void A_tunnel_has_options_of_its_own_name_and_defaults()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddApexVpnTunnel("wg0", static options => options.ConfigurationFile = "wg0.conf")
            .AddApexVpnTunnel("wg1", static options =>
            {
                options.ConfigurationFile = "wg1.conf";
                options.InterfaceName = "office";
                options.Mtu = 1280;
            })
            .BuildServiceProvider();

        TunnelOptions first = Options(services, "wg0"), second = Options(services, "wg1");
        Assert.Equal(("wg0", "wg0.conf", 1420), (first.InterfaceName, first.ConfigurationFile, first.Mtu));
        Assert.Equal(("office", "wg1.conf", 1280), (second.InterfaceName, second.ConfigurationFile, second.Mtu));
    }

    [Theory]
    [InlineData("wg0", true)]
    [InlineData("a", true)]
    [InlineData("fifteen-chars.0", true)]
    [InlineData("with_=+.-09AZaz", true)]
    [InlineData("sixteen-chars-ab", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("wgü", false)]
    [InlineData("wg\0", false)]
    public void Interface_names_are_those_that_wg_quick_takes(string name, bool valid) =>
        AssertValid(valid, nameof(TunnelOptions.InterfaceName), options => options.InterfaceName = name);

    [Theory]
    [InlineData(67, false)]
    [InlineData(68, true)]
    [InlineData(65535, true)]
    [InlineData(65536, false)]
    [InlineData(-1, false)]
    public void The_mtu_is_in_its_range(int mtu, bool valid) => AssertValid(valid, nameof(TunnelOptions.Mtu), options => options.Mtu = mtu);

    [Theory]
    [InlineData("", false)]
    [InlineData("/etc/wireguard/wg0.conf", true)]
    public void There_is_a_configuration(string file, bool valid) =>
        AssertValid(valid, nameof(TunnelOptions.ConfigurationFile), options => options.ConfigurationFile = file);

    [Fact]
    public async Task Bad_options_stop_the_host_from_starting_and_the_message_names_the_setting_and_its_range()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddApexVpnTunnel("wg0", static options =>
        {
            options.ConfigurationFile = "wg0.conf";
            options.Mtu = 20;
        });
        using IHost host = builder.Build();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal("wg0", error.OptionsName);
        Assert.Contains("Mtu must be between 68 and 65535", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_call_with_the_same_name_adds_to_the_options_and_registers_nothing_twice()
    {
        var services = new ServiceCollection();
        services.AddApexVpnTunnel("wg0", static options => options.ConfigurationFile = "wg0.conf");
        Type?[] once = [.. services.Select(static service => service.ImplementationType).Where(IsOurs)];

        services.AddApexVpnTunnel("wg0", static options => options.Mtu = 1300);
        Type?[] twice = [.. services.Select(static service => service.ImplementationType).Where(IsOurs)];

        Assert.Equal(once, twice);
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal(("wg0.conf", 1300), (Options(provider, "wg0").ConfigurationFile, Options(provider, "wg0").Mtu));

        static bool IsOurs(Type? type) => type?.Namespace?.StartsWith("Apex.Vpn", StringComparison.Ordinal) == true;
    }

    [Fact]
    public void What_is_missing_is_said_at_once()
    {
        var services = new ServiceCollection();
        Assert.Throws<ArgumentNullException>(() => services.AddApexVpnTunnel(null!, static _ => { }));
        Assert.Throws<ArgumentException>(() => services.AddApexVpnTunnel("", static _ => { }));
        Assert.Throws<ArgumentNullException>(() => services.AddApexVpnTunnel("wg0", null!));
        Assert.Throws<ArgumentNullException>(static () => ((IServiceCollection)null!).AddApexVpnTunnel("wg0", static _ => { }));
    }

    private static TunnelOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<TunnelOptions>>().Get(name);

    private static void AssertValid(bool valid, string member, Action<TunnelOptions> change)
    {
        using ServiceProvider services = new ServiceCollection()
            .AddApexVpnTunnel("wg0", options =>
            {
                options.ConfigurationFile = "wg0.conf";
                change(options);
            })
            .BuildServiceProvider();
        if (valid)
        {
            Assert.NotNull(Options(services, "wg0"));
            return;
        }
        var error = Assert.Throws<OptionsValidationException>(() => Options(services, "wg0"));
        Assert.Contains(member, Assert.Single(error.Failures), StringComparison.Ordinal);
    }
}
