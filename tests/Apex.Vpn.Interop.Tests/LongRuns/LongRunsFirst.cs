using Xunit.Abstractions;

namespace Apex.Vpn.Interop.Tests.LongRuns;

/// <summary>What takes longest begins first; the rest runs beside it.</summary>
public sealed class LongRunsFirst : ITestCollectionOrderer
{
    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(static collection => collection.DisplayName.Contains(nameof(LongRunTests), StringComparison.Ordinal));
}
