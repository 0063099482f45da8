using System.Text.RegularExpressions;
using Apex.Vpn.Testing;

namespace Apex.Vpn.PackageSmoke;

/// <summary>The engine compiled ahead of time: without a warning, and it works.</summary>
[Trait("Category", "Slow")]
public sealed partial class AotTests
{
    // The native compiler and linker that the SDK calls.
    [ProgramFact("clang")]
    public async Task Published_without_a_warning_it_keeps_its_tunnel()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("apex-aot-");
        try
        {
            string output = Path.Combine(folder.FullName, "out");
            string log = await Dotnet.BuildAsync(
                Checkout.Root,
                "publish", Path.Combine("tests", "AotSmoke"), "-c", "Release", "--use-current-runtime", "-o", output,
                $"-p:ArtifactsPath={Path.Combine(folder.FullName, "artifacts")}", "-p:RunAnalyzers=false");
            Assert.DoesNotMatch(Warning(), log);
            Assert.Contains("Generating native code", log, StringComparison.Ordinal);

            string program = Path.Combine(output, OperatingSystem.IsWindows() ? "AotSmoke.exe" : "AotSmoke");
            ToolResult result = await Tool.RunAsync(program, [], output, TimeSpan.FromMinutes(2));

            Assert.True(result.ExitCode == 0, result.Output);
            string[] lines = result.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("key: 8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", lines[0]);
            Assert.Equal("packet: as it was sent", lines[1]);
            Assert.Equal("answer: 1000 bytes", lines[2]);
            Assert.Contains("apex.vpn.network.io", lines[3], StringComparison.Ordinal);
            Assert.Contains("apex.vpn.peers.active", lines[3], StringComparison.Ordinal);
            Assert.Matches("^captured: [0-9]{4} bytes$", lines[4]);
            Assert.Equal("events: heard", lines[5]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"warning (IL|CA|CS|NU)?\d+", RegexOptions.IgnoreCase)]
    private static partial Regex Warning();
}
