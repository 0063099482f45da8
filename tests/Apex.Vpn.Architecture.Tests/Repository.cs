using System.Diagnostics;

namespace Apex.Vpn.Architecture.Tests;

/// <summary>The files that the tests read.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    /// <summary>Paths of all tracked files, relative to the root, with forward slashes.</summary>
    internal static IReadOnlyList<string> TrackedFiles { get; } = ReadTrackedFiles();

    internal static string[] ReadLines(string relativePath) => File.ReadAllLines(Path.Combine(Root, relativePath));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Apex.Vpn.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The tests run from outside the repository.");
    }

    private static string[] ReadTrackedFiles()
    {
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start)!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0) throw new InvalidOperationException($"git ls-files ended with {git.ExitCode}.");
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(static path => File.Exists(Path.Combine(Root, path)))];
    }
}
