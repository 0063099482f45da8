using Apex.Vpn.Netns.Network;

namespace Apex.Vpn.Netns.Measuring;

/// <summary>A tunnel that takes part: a name, and the program at each end.</summary>
internal sealed record Contender(string Name, DaemonProgram Left, DaemonProgram Right)
{
    internal const string Theirs = "wireguard-go";
    internal const string Ours = "apex-wg";
    internal const string Jit = "apex-wg JIT";
    internal const string Narrow = "apex-wg AVX2";
    internal const string NullCipher = "apex-wg null";
    internal const string Mixed = "mixed";

    /// <summary>The same program at both ends.</summary>
    internal static Contender Pair(string name, string path, IReadOnlyDictionary<string, string>? environment = null)
    {
        var program = new DaemonProgram(path, environment ?? new Dictionary<string, string>());
        return new Contender(name, program, program);
    }
}
