using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>Every AEAD provider that can run on this machine, by name.</summary>
public static class Providers
{
    private static readonly AeadProvider[] Instances = [new LibsodiumAead()];

    public static TheoryData<string> All => [.. Instances.Select(static provider => provider.Name)];

    internal static IEnumerable<AeadProvider> Each => Instances;

    internal static AeadProvider Named(string name) => Instances.Single(provider => provider.Name == name);
}
