using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

/// <summary>
/// Runs the providers' self-tests in a process of its own (see the type StartupHook), and gives the compiler's listing of what ran.
/// </summary>
internal static class KernelListing
{
    private const string Start = "; Assembly listing for method ";

    /// <summary>The kernels, by type and name, as the listing has them. They alone handle secrets in general-purpose registers.</summary>
    internal static string[] Kernels =>
    [
        .. Managed.Kernels.EachChaCha20.Select(static kernel => $"{kernel.GetType().Name}:Pass"),
        .. Managed.Kernels.EachPoly1305Groups.SelectMany(
            static kernel => (string[])[$"{kernel.GetType().Name}:PreparePowers", $"{kernel.GetType().Name}:AbsorbGroups"]),
        .. Managed.Kernels.HasPoly1305Blocks
            ? (string[])["Poly1305BlocksV256:PreparePowers", "Poly1305BlocksV256:AbsorbSteps"]
            : [],
        "Poly1305State:AddPadded",
        "Poly1305State:Finish",
        "ChaCha20Cipher:Xor",
    ];

    /// <summary>The lines of each kernel, as this machine would run it.</summary>
    internal static Dictionary<string, string[]> Load() => Load(Kernels);

    /// <summary>The lines of methods that run in that process, as this machine would run them.</summary>
    /// <param name="kernels">By type and name.</param>
    internal static Dictionary<string, string[]> Load(string[] kernels)
    {
        string file = Path.Combine(Path.GetTempPath(), $"apex-kernels-{Guid.NewGuid():N}.txt");
        try
        {
            IEnumerable<string> methods = kernels.Select(static kernel => kernel.Split(':')[1]).Distinct();
            Run(("DOTNET_JitStdOutFile", file), ("DOTNET_JitDisasm", string.Join(' ', methods)));
            return Split(File.ReadAllLines(file), kernels);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What the self-tests print in a process with these variables.</summary>
    internal static string Run(params (string Name, string Value)[] environment)
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

    private static Dictionary<string, string[]> Split(string[] lines, string[] kernels)
    {
        var found = new Dictionary<string, string[]>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Start, StringComparison.Ordinal)) continue;
            int end = Array.FindIndex(lines, i + 1, static line => line.StartsWith(Start, StringComparison.Ordinal));
            string? kernel = kernels.FirstOrDefault(kernel => lines[i].Contains($".{kernel}(", StringComparison.Ordinal));
            if (kernel is not null) found[kernel] = lines[(i + 1)..(end < 0 ? lines.Length : end)];
        }
        return found;
    }
}
