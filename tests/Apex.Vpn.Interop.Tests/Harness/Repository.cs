namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>Where things lie in the working tree.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The build output of another project, of the same configuration as these tests.</summary>
    public static string Output(string project) =>
        Path.Combine(Root, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory).Name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Apex.Vpn.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("These tests run from inside the working tree.");
    }
}
