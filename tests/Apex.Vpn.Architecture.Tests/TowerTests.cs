using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Apex.Vpn.Architecture.Tests;

/// <summary>Each package stands on those below and knows nothing above it.</summary>
public sealed class TowerTests
{
    public static TheoryData<string> Floors => [.. Floor.All.Select(static floor => floor.Name)];

    [Theory]
    [MemberData(nameof(Floors))]
    public void An_assembly_refers_only_to_what_its_floor_may(string name)
    {
        Floor floor = Floor.All.Single(floor => floor.Name == name);

        string[] forbidden = [.. floor.Assembly.GetReferencedAssemblies().Select(static reference => reference.Name!).Where(reference => !floor.Allows(reference))];

        Assert.Empty(forbidden);
    }

    [Theory]
    [MemberData(nameof(Floors))]
    public void A_project_refers_to_the_floor_below_and_to_few_packages(string name)
    {
        Floor floor = Floor.All.Single(floor => floor.Name == name);
        XDocument project = XDocument.Load(Path.Combine(Repository.Root, "src", name, name + ".csproj"));

        Assert.Equal(
            floor.MayReferenceProjects,
            Includes(project, "ProjectReference").Select(static include => Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))));
        Assert.All(Includes(project, "PackageReference"), package => Assert.True(floor.Allows(package), package));
        // Friends are projects of the repository that nobody ships.
        Assert.All(Includes(project, "InternalsVisibleTo"), static friend => Assert.True(
            File.Exists(Path.Combine(Repository.Root, "tests", friend, friend + ".csproj"))
            || File.Exists(Path.Combine(Repository.Root, "benchmarks", friend, friend + ".csproj")),
            friend));
        if (floor != Floor.Hosting) Assert.Empty(Includes(project, "FrameworkReference"));
    }

    [Fact]
    public void No_assembly_comes_with_a_database_driver()
    {
        string[] files = [.. Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Select(static path => Path.GetFileNameWithoutExtension(path)!)];

        Assert.Contains("Apex.Vpn.Hosting", files);
        Assert.DoesNotContain(files, static file =>
            file.StartsWith("Npgsql", StringComparison.OrdinalIgnoreCase)
            || file.Contains("Sqlite", StringComparison.OrdinalIgnoreCase)
            || file.Contains("SqlClient", StringComparison.OrdinalIgnoreCase)
            || file.StartsWith("MySql", StringComparison.OrdinalIgnoreCase));
    }

    // Capture shows what people send. It is for developers: apex-wg and tests refer to it, nothing that runs on a node does.
    [Fact]
    public void Nothing_above_the_protocol_refers_to_packet_capture()
    {
        string[] capture = ["PacketCapture", "PcapngWriter", "PcapngOptions"];
        Assert.All(capture, static type => Assert.NotNull(Floor.Protocol.Assembly.GetType("Apex.Vpn.Protocol.Diagnostics." + type)));

        foreach (Floor floor in new[] { Floor.Routing, Floor.Fleet, Floor.Hosting }) Assert.Empty(ReferencedTypes(floor.Assembly).Intersect(capture));
    }

    [Fact]
    public void References_to_types_are_seen() =>
        Assert.Contains("WireGuardDevice", ReferencedTypes(Floor.Hosting.Assembly));

    private static HashSet<string> ReferencedTypes(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.TypeReferences.Select(handle => metadata.GetString(metadata.GetTypeReference(handle).Name))];
    }

    private static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Select(static element => (string)element.Attribute("Include")!);
}
