using System.Diagnostics;
using System.Globalization;
using Apex.Vpn.Fuzz.Stress;
using Apex.Vpn.Protocol.Tests.Simulation;
using Xunit.Abstractions;

namespace Apex.Vpn.Protocol.Tests.Stress;

/// <summary>
/// Engines under real threads, with what their packets, keys and counters must keep to. The runs of a minute carry the category Stress and take
/// their length from <c>APEX_STRESS_SECONDS</c>; DEBUG builds with injected yields are started from the command line.
/// </summary>
public sealed class StressTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Long =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("APEX_STRESS_SECONDS") ?? "60", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Threads_share_engines_for_a_moment(bool fewIndices) => Run(TimeSpan.FromSeconds(3), fewIndices);

    [Fact]
    [Trait("Category", "Stress")]
    public void Threads_share_engines_for_long() => Run(Long, fewIndices: false);

    /// <summary>All code optimised from the first call on: it reorders more than code on its first tier does.</summary>
    [Fact]
    [Trait("Category", "Stress")]
    public async Task Threads_share_engines_for_long_without_tiered_compilation()
    {
        string seconds = Long.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", Path.Combine(AppContext.BaseDirectory, "Apex.Vpn.Fuzz.dll"), "stress", "--seconds", seconds, "--few-indices"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_TieredCompilation"] = "0" },
        };
        using Process process = Process.Start(start)!;
        Task<string> text = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        output.WriteLine(await text);
        Assert.Equal("", await errors);
        Assert.Equal(0, process.ExitCode);
    }

    private void Run(TimeSpan duration, bool fewIndices) => Seeds.Run(seed =>
        Assert.Empty(StressRun.Execute(new StressOptions { Duration = duration, Seed = seed, FewIndices = fewIndices }, output.WriteLine, measuresMemory: false)));
}
