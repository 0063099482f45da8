using Apex.Vpn.Protocol.Crypto.Managed;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

/// <summary>The kernels that can run on this machine.</summary>
public static class Kernels
{
    private static readonly ChaCha20Kernel[] ChaCha20Kernels =
    [
        new ChaCha20V128(),
        .. ManagedAead.WidestVector >= 256 ? (ChaCha20Kernel[])[new ChaCha20V256()] : [],
        .. ManagedAead.WidestVector >= 512 ? (ChaCha20Kernel[])[new ChaCha20V512()] : [],
    ];

    public static TheoryData<string> ChaCha20 => [.. ChaCha20Kernels.Select(static kernel => kernel.GetType().Name)];

    internal static IEnumerable<ChaCha20Kernel> EachChaCha20 => ChaCha20Kernels;

    internal static Poly1305Groups[] EachPoly1305Groups =>
    [
        .. ManagedAead.WidestVector >= 256 ? (Poly1305Groups[])[new Poly1305GroupsV256()] : [],
        .. ManagedAead.WidestVector >= 512 ? (Poly1305Groups[])[new Poly1305GroupsV512()] : [],
    ];

    internal static bool HasPoly1305Blocks => ManagedAead.WidestVector >= 256;

    internal static ChaCha20Kernel ChaCha20Named(string name) => ChaCha20Kernels.Single(kernel => kernel.GetType().Name == name);
}
