using System.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Sessions;

/// <summary>
/// Places between two accesses to what threads share without a lock. A stress test of a DEBUG build makes threads lose their turn there by
/// chance, so that orders of events which are rare come up often. Nothing of it is in a release build.
/// </summary>
internal static class InjectedYields
{
    /// <summary>Called at every such place; set before the threads start.</summary>
    internal static Action? Hook { get; set; }

    [Conditional("DEBUG")]
    internal static void Here() => Hook?.Invoke();
}
