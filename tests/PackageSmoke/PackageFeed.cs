using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Apex.Vpn.PackageSmoke;

/// <summary>The four packages, packed as for a release into a folder of their own, under a version nobody has seen before.</summary>
public sealed partial class PackageFeed : IAsyncLifetime
{
    /// <summary>The packages from the ground up.</summary>
    public static readonly string[] Packages = ["Apex.Vpn.Protocol", "Apex.Vpn.Routing", "Apex.Vpn.Fleet", "Apex.Vpn.Hosting"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apex-packages-");

    /// <summary>A version that no cache can hold already.</summary>
    internal string Version { get; } = "0.1.0-smoke." + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);

    internal string Feed => Path.Combine(_folder.FullName, "feed");

    internal string Package(string name) => Path.Combine(Feed, $"{name}.{Version}.nupkg");

    internal string Symbols(string name) => Path.Combine(Feed, $"{name}.{Version}.snupkg");

    /// <summary>Packs.</summary>
    public async Task InitializeAsync()
    {
        string artifacts = Path.Combine(_folder.FullName, "artifacts");
        foreach (string package in Packages)
        {
            await Dotnet.BuildAsync(
                Checkout.Root,
                "pack", Path.Combine("src", package), "-c", "Release", "-o", Feed, $"-p:Version={Version}", $"-p:ArtifactsPath={artifacts}",
                "-p:RunAnalyzers=false"); // the build has run them; they do not change what is packed
        }
    }

    /// <summary>A fresh program in a folder outside the repository that gets our packages from the feed only and all others from elsewhere.</summary>
    /// <param name="app">A folder of <c>Apps</c>.</param>
    internal async Task<string> CreateAppAsync(string app)
    {
        string folder = Path.Combine(_folder.FullName, app);
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Apps", app)))
        {
            string text = await File.ReadAllTextAsync(file);
            await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(file)), text.Replace("$VERSION$", Version, StringComparison.Ordinal));
        }
        await WriteConfigurationAsync(folder);
        return folder;
    }

    /// <summary>Forgets all of it.</summary>
    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    // The user's own sources stay as they are configured, and are named here without their addresses: only the mapping is ours. What was
    // downloaded for the repository before is a fallback, so that nothing of it is downloaded twice; our packages cannot be in it.
    private async Task WriteConfigurationAsync(string folder)
    {
        string[] sources = [.. EnabledSource().Matches(await Dotnet.RunAsync(folder, "nuget", "list", "source")).Select(static match => match.Groups[1].Value)];
        Assert.NotEmpty(sources);
        string cache = CacheFolder().Match(await Dotnet.RunAsync(folder, "nuget", "locals", "global-packages", "--list")).Groups[1].Value;
        Assert.True(Directory.Exists(cache), cache);
        var configuration = new XElement(
            "configuration",
            new XElement("config", Setting("globalPackagesFolder", Path.Combine(_folder.FullName, "packages"))),
            new XElement("fallbackPackageFolders", Setting("downloaded", cache)),
            new XElement("packageSources", Setting("smoke", Feed)),
            new XElement(
                "packageSourceMapping",
                Mapping("smoke", "Apex.Vpn.*"),
                sources.Select(static source => Mapping(source, "*"))));
        await File.WriteAllTextAsync(Path.Combine(folder, "NuGet.config"), configuration.ToString());
    }

    private static XElement Setting(string key, string value) => new("add", new XAttribute("key", key), new XAttribute("value", value));

    private static XElement Mapping(string source, string pattern) =>
        new("packageSource", new XAttribute("key", source), new XElement("package", new XAttribute("pattern", pattern)));

    [GeneratedRegex(@"^\s+\d+\.\s+(.+) \[Enabled\]\s*$", RegexOptions.Multiline)]
    private static partial Regex EnabledSource();

    [GeneratedRegex(@"global-packages:\s+(.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex CacheFolder();
}
