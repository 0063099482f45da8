using Apex.Vpn.Testing;

namespace Apex.Vpn.PackageSmoke;

/// <summary>The SDK, started afresh and leaving no server behind.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(8);

    /// <summary>Runs a command that must succeed, and returns its output.</summary>
    internal static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync("dotnet", arguments, folder, Deadline);
        Assert.True(result.ExitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {result.ExitCode}:{Environment.NewLine}{result.Output}");
        return result.Output;
    }

    /// <summary>Builds something in some way, without build servers that outlive it.</summary>
    internal static Task<string> BuildAsync(string folder, string verb, params string[] arguments) =>
        RunAsync(folder, [verb, .. arguments, "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"]);
}
