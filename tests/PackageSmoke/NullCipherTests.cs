using Apex.Vpn.Testing;

namespace Apex.Vpn.PackageSmoke;

/// <summary>The benchmarks' engine that does not encrypt.</summary>
[Trait("Category", "Slow")]
public sealed class NullCipherTests
{
    [Fact]
    public async Task It_cannot_be_packed()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("apex-null-");
        try
        {
            string feed = Path.Combine(folder.FullName, "feed");
            ToolResult result = await Tool.RunAsync(
                "dotnet",
                [
                    "pack", Path.Combine("src", "Apex.Vpn.Protocol"), "-c", "Release", "-o", feed, "-p:ApexNullCipher=true",
                    $"-p:ArtifactsPath={Path.Combine(folder.FullName, "artifacts")}", "-p:RunAnalyzers=false", "-nodeReuse:false", "-p:UseSharedCompilation=false",
                ],
                Checkout.Root,
                TimeSpan.FromMinutes(8));

            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("ApexNullCipher builds an engine that does not encrypt", result.Output, StringComparison.Ordinal);
            Assert.False(Directory.Exists(feed) && Directory.EnumerateFiles(feed).Any(), "It was packed.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
