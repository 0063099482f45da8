using System.Runtime.Versioning;

// Network namespaces: on other systems every test is skipped with that reason.
[assembly: SupportedOSPlatform("linux")]
[assembly: TestCollectionOrderer("Apex.Vpn.Interop.Tests.LongRuns.LongRunsFirst", "Apex.Vpn.Interop.Tests")]
