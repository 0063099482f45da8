using Apex.Vpn.Fleet.Rollouts;
using Microsoft.Extensions.Options;

Console.WriteLine(new RolloutGate().Decide(new EventCount(4500, 20), new EventCount(80_000, 300), TimeSpan.FromMinutes(15)).Action);

// A tunnel without a configuration: the host must refuse to start, by the packages' own validation.
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddApexVpnTunnel("wg0", static options => options.Mtu = 1380);
await using WebApplication app = builder.Build();
try
{
    await app.StartAsync();
}
catch (OptionsValidationException exception)
{
    Console.WriteLine(exception.Message);
}
