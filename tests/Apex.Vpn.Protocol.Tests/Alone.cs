namespace Apex.Vpn.Protocol.Tests;

/// <summary>Tests that measure the process they run in; no other test runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    internal const string Name = "alone";
}
