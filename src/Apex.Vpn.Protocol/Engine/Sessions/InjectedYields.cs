using System.Diagnostics;

namespace Apex.Vpn.Protocol.Engine.Sessions;

/// <summary>
/// Places between two accesses to what threads share without a lock. A stress test of a DEBUG build makes threads lose their turn there by
/// chance, so that orders of events which are rare come up often. Nothing of it is in a release build.
/// </summary>
internal static class InjectedYields
{
    private static Action? _hook;

    /// <summary>Sets what is called at every such place; before the threads start.</summary>
    internal static void Install(Action hook) => _hook = hook;

    [Conditional("DEBUG")]
    internal static void Here() => _hook?.Invoke();
}
