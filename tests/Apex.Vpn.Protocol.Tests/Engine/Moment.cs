using Apex.Vpn.Protocol.Engine;

namespace Apex.Vpn.Protocol.Tests.Engine;

/// <summary>Points on a virtual clock that began long before the test.</summary>
internal static class Moment
{
    internal static Instant At(double seconds) => new(1_000_000_000_000 + (long)(seconds * 1_000_000_000));
}
