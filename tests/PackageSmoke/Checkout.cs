namespace Apex.Vpn.PackageSmoke;

/// <summary>The repository that the packages are made of.</summary>
internal static class Checkout
{
    internal static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Apex.Vpn.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The tests run from outside the repository.");
    }
}
