using Xunit;

namespace Apex.Vpn.Testing;

/// <summary>A fact that needs root, <c>/dev/net/tun</c> and iproute2; skipped with a reason where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    /// <summary>Computes the reason to skip.</summary>
    public RootFactAttribute() => Skip = Requirements.Root() ?? Requirements.Programs("ip");
}
