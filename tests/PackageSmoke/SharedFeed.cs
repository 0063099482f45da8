namespace Apex.Vpn.PackageSmoke;

/// <summary>Tests that share one packing.</summary>
[CollectionDefinition(Name)]
public sealed class SharedFeed : ICollectionFixture<PackageFeed>
{
    /// <summary>Its name.</summary>
    public const string Name = "packages";
}
