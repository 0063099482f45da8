using System.Text.RegularExpressions;

namespace Apex.Vpn.Architecture.Tests;

/// <summary>What holds for the text of the repository.</summary>
public sealed partial class SourceFilesTests
{
    private const int MaxLines = 500;

    private static readonly string[] Packages = [.. Floor.All.Select(static floor => floor.Name)];

    private static IEnumerable<string> CSharp => Repository.TrackedFiles.Where(static path => path.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<string> Text => Repository.TrackedFiles.Where(static path =>
        !path.StartsWith("tests/data/", StringComparison.Ordinal)
        && !path.StartsWith("benchmarks/data/", StringComparison.Ordinal)
        && Path.GetExtension(path) is not (".png" or ".gz" or ".pcapng"));

    [Fact]
    public void Files_are_small()
    {
        string[] large = [.. CSharp.Where(static path => Repository.ReadLines(path).Length > MaxLines)];

        Assert.Empty(large);
    }

    [Fact]
    public void Namespaces_match_folders()
    {
        string[] wrong =
        [
            .. CSharp.Where(static path => path.StartsWith("src/", StringComparison.Ordinal))
                .Where(static path => Namespace(path) is { } space && space != Expected(path) && space != "Microsoft.Extensions.DependencyInjection"),
        ];

        Assert.Empty(wrong);
    }

    [Fact]
    public void Nothing_names_a_place_on_somebodys_machine()
    {
        string[] places = [.. Lines(Text).Where(static line => MachinePath().IsMatch(line.Text)).Select(static line => $"{line.Path}: {line.Text.Trim()}")];

        Assert.Empty(places);
    }

    // Where packages come from is the user's business, or their company's.
    [Fact]
    public void Build_files_name_no_package_registry()
    {
        IEnumerable<string> buildFiles = Text.Where(static path => Path.GetExtension(path) is ".csproj" or ".props" or ".targets" or ".config" or ".json" or ".sh"
            || path.StartsWith(".ci/", StringComparison.Ordinal));

        string[] hosts = [.. Lines(buildFiles).SelectMany(static line => Host().Matches(line.Text)).Select(static match => match.Groups[1].Value).Distinct()];

        Assert.All(hosts, static host => Assert.Contains(host, new[] { "apex-vpn.example", "json.schemastore.org", "xunit.net" }));
    }

    [Fact]
    public void Nothing_is_left_to_do()
    {
        string[] left = [.. Lines(CSharp).Where(static line => LeftToDo().IsMatch(line.Text)).Select(static line => $"{line.Path}: {line.Text.Trim()}")];

        Assert.Empty(left);
    }

    [Fact]
    public void Tests_wait_for_events_and_not_for_time()
    {
        string[] sleeps =
        [
            .. Lines(CSharp.Where(static path => path.StartsWith("tests/", StringComparison.Ordinal)))
                .Where(static line => Sleep().IsMatch(line.Text)).Select(static line => $"{line.Path}: {line.Text.Trim()}"),
        ];

        Assert.Empty(sleeps);
    }

    [Fact]
    public void Every_package_has_its_readme_and_its_public_api_files()
    {
        foreach (string package in Packages)
        {
            Assert.True(Repository.ReadLines($"src/{package}/README.md").Length > 10, package);
            Assert.True(File.Exists(Path.Combine(Repository.Root, "src", package, "PublicAPI.Shipped.txt")), package);
            Assert.True(File.Exists(Path.Combine(Repository.Root, "src", package, "PublicAPI.Unshipped.txt")), package);
        }
    }

    // Folders that keep files apart and users not: what is in them is met under a shorter name.
    private static readonly (string Folder, string Namespace)[] Flattened =
    [
        ("src/Apex.Vpn.Protocol/Keys/", "Apex.Vpn.Protocol"),
        ("src/Apex.Vpn.Protocol/Device/", "Apex.Vpn.Protocol"),
        ("src/Apex.Vpn.Protocol/Crypto/AeadChoice.cs", "Apex.Vpn.Protocol"),
        ("src/Apex.Vpn.Protocol/Configuration/", "Apex.Vpn.Protocol.Configuration"),
    ];

    private static string Expected(string path) =>
        Flattened.FirstOrDefault(flattened => path.StartsWith(flattened.Folder, StringComparison.Ordinal)).Namespace
        ?? Path.GetDirectoryName(path)!["src/".Length..].Replace('/', '.').Replace('\\', '.');

    private static string? Namespace(string path) => Repository.ReadLines(path)
        .Where(static line => line.StartsWith("namespace ", StringComparison.Ordinal)).Select(static line => line["namespace ".Length..].TrimEnd(';')).FirstOrDefault();

    private static IEnumerable<(string Path, string Text)> Lines(IEnumerable<string> paths) =>
        paths.SelectMany(static path => Repository.ReadLines(path).Select(line => (path, line)));

    [GeneratedRegex("""(?<![\w.~}*-])(/(home|root|work|Users|tmp/[a-z]+_jobs)/|[A-Za-z]:\\Users\\)""")]
    private static partial Regex MachinePath();

    [GeneratedRegex("https?://([^/\"'<> )]+)")]
    private static partial Regex Host();

    [GeneratedRegex("""\b(TO[D]O|FIX[M]E|HAC[K]|XX[X])\b|NotImplementedExceptio[n]""")]
    private static partial Regex LeftToDo();

    [GeneratedRegex("""Thread\.Slee[p]\(|Task\.Dela[y]\(""")]
    private static partial Regex Sleep();
}
