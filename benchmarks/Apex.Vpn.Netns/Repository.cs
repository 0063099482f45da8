namespace Apex.Vpn.Netns;

/// <summary>Where things lie in the working tree.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    internal static string File(string path) => Path.Combine(Root, path);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Apex.Vpn.sln"))) return folder.FullName;
        }
        throw new MeasurementException("This program runs from inside the working tree.");
    }
}
