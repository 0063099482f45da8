using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

/// <summary>
/// The vectors of this machine are switched off for a process of its own, so that the code for lesser processors runs as it would there;
/// and the compiler's listing of the kernels is read for what must not be in it.
/// </summary>
public sealed class LesserProcessorTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", 128)]
    public void Without_newer_instructions_the_provider_is_narrower_and_passes(string withoutVariable, int widest)
    {
        int expected = Math.Min(widest, Apex.Vpn.Protocol.Crypto.Managed.ManagedAead.WidestVector);
        string output = Run((withoutVariable, "0"));
        Assert.Contains($"managed-{expected} passes", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fails", output, StringComparison.Ordinal);
    }

    [OptimizedFact]
    public void The_compiler_leaves_no_calls_in_the_kernels()
    {
        // A call with vectors costs several times what the kernel does; it appears without a sign when inlining runs out of its budget.
        string listing = Path.Combine(Path.GetTempPath(), $"apex-kernels-{Guid.NewGuid():N}.txt");
        try
        {
            Run(("DOTNET_JitStdOutFile", listing), ("DOTNET_JitDisasm", "Pass AbsorbGroups AbsorbSteps PreparePowers"));
            string[] lines = File.ReadAllLines(listing);
            IEnumerable<string> methods =
            [
                .. Kernels.EachChaCha20.Select(static kernel => $"{kernel.GetType().Name}:Pass"),
                .. Kernels.EachPoly1305Groups.Select(static kernel => $"{kernel.GetType().Name}:AbsorbGroups"),
                .. Kernels.HasPoly1305Blocks ? (string[])["Poly1305BlocksV256:AbsorbSteps"] : [],
            ];
            Assert.All(methods, method => Assert.Contains(lines, line => line.Contains(method, StringComparison.Ordinal)));
            string[] calls = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? [" bl ", " blr "] : [" call "];
            Assert.DoesNotContain(lines, line =>
                calls.Any(call => line.Contains(call, StringComparison.Ordinal))
                && !line.Contains("CORINFO_HELP_RNGCHKFAIL", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(listing);
        }
    }

    // A startup hook (see the type StartupHook) makes this very assembly a program that tests every provider and ends.
    private static string Run(params (string Name, string Value)[] environment)
    {
        string assembly = Assembly.GetExecutingAssembly().Location;
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host, ["exec", assembly]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = assembly;
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"{process.ExitCode}: {output}{errors.Result}"));
        return output;
    }
}
