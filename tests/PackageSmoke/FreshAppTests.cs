namespace Apex.Vpn.PackageSmoke;

/// <summary>What a stranger does: a fresh program, a package reference, build, run.</summary>
[Collection(SharedFeed.Name)]
[Trait("Category", "Slow")]
public sealed class FreshAppTests(PackageFeed feed)
{
    [Fact]
    public async Task A_phone_takes_Routing_and_gets_Protocol_and_nothing_of_a_server()
    {
        string folder = await feed.CreateAppAsync("Phone");

        await Dotnet.BuildAsync(folder, "build", "-c", "Release", "-o", "out");
        string output = await Dotnet.RunAsync(folder, Path.Combine("out", "Phone.dll"));

        Assert.Equal(
            ["8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", "28 ms"],
            output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(
            ["Apex.Vpn.Protocol.dll", "Apex.Vpn.Routing.dll", "NSec.Cryptography.dll", "Phone.dll"],
            Directory.GetFiles(Path.Combine(folder, "out"), "*.dll").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder, "out", "runtimes"), "libsodium.*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_server_takes_Hosting_and_gets_all_four()
    {
        string folder = await feed.CreateAppAsync("Server");

        await Dotnet.BuildAsync(folder, "build", "-c", "Release", "-o", "out");
        string output = await Dotnet.RunAsync(folder, Path.Combine("out", "Server.dll"));

        string[] lines = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Equal("Promote", lines[0]);
        Assert.Contains("ConfigurationFile", lines[1], StringComparison.Ordinal);
        foreach (string package in PackageFeed.Packages) Assert.True(File.Exists(Path.Combine(folder, "out", package + ".dll")), package);
    }
}
