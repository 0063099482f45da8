namespace Apex.Vpn.Testing;

/// <summary>What a test needs of the machine, and whether it is there.</summary>
/// <remarks>
/// A machine that lacks something skips the test with a reason. With <c>APEX_REQUIRE=all</c> in the environment (CI) nothing is
/// skipped: the test runs and fails on what is missing.
/// </remarks>
public static class Requirements
{
    private static bool Insist { get; } = Environment.GetEnvironmentVariable("APEX_REQUIRE") == "all";

    /// <summary>The reason to skip a test that needs root and <c>/dev/net/tun</c>; null when it can run.</summary>
    public static string? Root()
    {
        if (Insist) return null;
        if (!OperatingSystem.IsLinux()) return "needs Linux";
        if (Environment.UserName != "root") return "needs root";
        return File.Exists("/dev/net/tun") ? null : "needs /dev/net/tun";
    }

    /// <summary>The reason to skip a test that needs these programs on PATH; null when it can run.</summary>
    public static string? Programs(params string[] names)
    {
        if (Insist) return null;
        string[] missing = [.. names.Where(static name => !OnPath(name))];
        return missing.Length == 0 ? null : "needs on PATH: " + string.Join(", ", missing);
    }

    /// <summary>The reason to skip a test that needs these files, with what brings them; null when it can run.</summary>
    public static string? Files(string remedy, params string[] paths)
    {
        if (Insist) return null;
        string[] missing = [.. paths.Where(static path => !File.Exists(path))];
        return missing.Length == 0 ? null : $"needs {string.Join(", ", missing)}: {remedy}";
    }

    private static bool OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));
}
