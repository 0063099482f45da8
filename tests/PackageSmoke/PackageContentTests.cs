using System.IO.Compression;
using System.Xml.Linq;

namespace Apex.Vpn.PackageSmoke;

/// <summary>What is in the packages, and what they say of themselves.</summary>
[Collection(SharedFeed.Name)]
[Trait("Category", "Slow")]
public sealed class PackageContentTests(PackageFeed feed)
{
    public static TheoryData<string> Packages => [.. PackageFeed.Packages];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_holds_one_assembly_its_documentation_and_its_readme(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Package(name));

        string[] files =
        [
            .. package.Entries.Select(static entry => entry.FullName)
                .Where(static path => !path.StartsWith("_rels/", StringComparison.Ordinal)
                    && !path.StartsWith("package/", StringComparison.Ordinal) && path != "[Content_Types].xml")
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal([$"{name}.nuspec", "README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"], files);
        Assert.StartsWith($"# {name}", Read(package, "README.md"), StringComparison.Ordinal);
        Assert.Contains("```csharp", Read(package, "README.md"), StringComparison.Ordinal);
        Assert.Contains("<member name=", Read(package, $"lib/net10.0/{name}.xml"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_says_what_it_is(string name)
    {
        XElement metadata = Metadata(name);

        Assert.Equal(name, Value(metadata, "id"));
        Assert.Equal(feed.Version, Value(metadata, "version"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("expression", (string?)Element(metadata, "license")!.Attribute("type"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.InRange(Value(metadata, "description").Length, 30, 300);
        Assert.DoesNotContain("Package Description", Value(metadata, "description"), StringComparison.Ordinal);
        Assert.Contains("wireguard", Value(metadata, "tags"), StringComparison.Ordinal);
        Assert.StartsWith("https://", Value(metadata, "projectUrl"), StringComparison.Ordinal);
        Assert.Matches("^https://.*changelog", Value(metadata, "releaseNotes").ToLowerInvariant());
        Assert.NotEmpty(Value(metadata, "authors"));
        Assert.NotEmpty(Value(metadata, "copyright"));
        XElement repository = Element(metadata, "repository")!;
        Assert.Equal("git", (string?)repository.Attribute("type"));
        Assert.StartsWith("https://", (string?)repository.Attribute("url"), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{40}$", (string?)repository.Attribute("commit"));
    }

    // Every package names NSec, whose native library all stand on: packages pinned for all projects are named by all that reach them.
    [Theory]
    [InlineData("Apex.Vpn.Protocol")]
    [InlineData("Apex.Vpn.Routing", "Apex.Vpn.Protocol")]
    [InlineData("Apex.Vpn.Fleet", "Apex.Vpn.Routing")]
    [InlineData(
        "Apex.Vpn.Hosting",
        "Apex.Vpn.Fleet",
        "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Hosting.Abstractions",
        "Microsoft.Extensions.Logging.Abstractions",
        "Microsoft.Extensions.Options")]
    public void A_package_depends_on_little(string name, params string[] dependencies)
    {
        XElement group = Assert.Single(Element(Metadata(name), "dependencies")!.Elements());

        Assert.Equal("net10.0", (string?)group.Attribute("targetFramework"));
        Assert.Equal([.. dependencies, "NSec.Cryptography"], group.Elements().Select(static dependency => (string)dependency.Attribute("id")!).Order(StringComparer.Ordinal));
        // Shipped dependencies are the lowest versions that serve, so that a user's own choice wins.
        Assert.All(
            group.Elements().Where(static dependency => ((string)dependency.Attribute("id")!).StartsWith("Microsoft.", StringComparison.Ordinal)),
            static dependency => Assert.Equal("10.0.0", (string)dependency.Attribute("version")!));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_comes_with_symbols(string name)
    {
        using ZipArchive symbols = ZipFile.OpenRead(feed.Symbols(name));

        Assert.Contains(symbols.Entries, entry => entry.FullName == $"lib/net10.0/{name}.pdb");
    }

    private XElement Metadata(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Package(name));
        return Element(XDocument.Parse(Read(package, name + ".nuspec")).Root!, "metadata")!;
    }

    private static XElement? Element(XElement parent, string name) => parent.Elements().SingleOrDefault(element => element.Name.LocalName == name);

    private static string Value(XElement parent, string name) => Element(parent, name)?.Value ?? "";

    private static string Read(ZipArchive package, string path)
    {
        using var reader = new StreamReader(package.GetEntry(path)!.Open());
        return reader.ReadToEnd();
    }
}
