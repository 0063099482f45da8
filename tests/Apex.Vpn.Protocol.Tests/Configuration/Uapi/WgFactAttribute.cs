using Apex.Vpn.Testing;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>A fact that needs root, since <c>wg</c> looks for sockets in a folder of root's, and <c>wg</c> itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WgFactAttribute : FactAttribute
{
    public WgFactAttribute() => Skip = Requirements.Root() ?? Requirements.Programs("wg");
}
