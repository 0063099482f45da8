using Xunit.Abstractions;
using Xunit.Sdk;

namespace Apex.Vpn.Fleet.Tests.Storage.Backends;

/// <summary>A fact of a contract; skipped with a reason in a class whose name begins with Postgres where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Apex.Vpn.Fleet.Tests.Storage.Backends." + nameof(StoreFactDiscoverer), "Apex.Vpn.Fleet.Tests")]
public sealed class StoreFactAttribute : FactAttribute;

/// <summary>Finds facts of contracts.</summary>
public sealed class StoreFactDiscoverer(IMessageSink diagnosticMessageSink) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [
            new StoreTestCase(
                diagnosticMessageSink,
                discoveryOptions.MethodDisplayOrDefault(),
                discoveryOptions.MethodDisplayOptionsOrDefault(),
                testMethod),
        ];
}

/// <summary>A fact of a contract in one class: only here is known which class it is.</summary>
public sealed class StoreTestCase : XunitTestCase
{
    [Obsolete("For deserialization.")]
    public StoreTestCase() { }

    public StoreTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute)
    {
        string name = TestMethod.TestClass.Class.Name;
        bool needsPostgres = name[(name.LastIndexOf('.') + 1)..].StartsWith("Postgres", StringComparison.Ordinal);
        return base.GetSkipReason(factAttribute) ?? (needsPostgres ? PostgresServer.Missing : null);
    }
}
