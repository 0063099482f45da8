using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Crypto.Managed;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>Every AEAD provider that can run on this machine, by name: the managed one at each width that the processor has.</summary>
public static class Providers
{
    private static readonly AeadProvider[] Instances =
    [
        new LibsodiumAead(),
        .. ((int[])[128, 256, 512]).Where(static width => width <= ManagedAead.WidestVector).Select(static width => new ManagedAead(width)),
    ];

    public static TheoryData<string> All => [.. Instances.Select(static provider => provider.Name)];

    internal static IEnumerable<AeadProvider> Each => Instances;

    internal static AeadProvider Named(string name) => Instances.Single(provider => provider.Name == name);
}
