using System.Diagnostics;
using System.Reflection;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>A fact about compiled code, of optimised builds only: without the optimiser vectors are boxed and nothing is inlined.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OptimizedFactAttribute : FactAttribute
{
    public OptimizedFactAttribute() => Skip = Reason;

    internal static string? Reason =>
        typeof(AeadProvider).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true }
            ? "needs an optimised build"
            : null;
}

/// <summary>As <see cref="OptimizedFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OptimizedTheoryAttribute : TheoryAttribute
{
    public OptimizedTheoryAttribute() => Skip = OptimizedFactAttribute.Reason;
}
