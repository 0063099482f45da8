using Apex.Vpn.Netns.Measuring;

namespace Apex.Vpn.Netns;

/// <summary>Who takes part.</summary>
/// <param name="Subject">The name of the one of ours that the experiments are about.</param>
/// <param name="Contenders">All that there are.</param>
internal sealed record Lineup(string Subject, IReadOnlyList<Contender> Contenders)
{
    // What the launcher of the builds compiled ahead of time reads, and what the JIT compiler does.
    private static readonly Dictionary<string, string> Avx2Only = new() { ["APEX_WG_LEVEL"] = "v3", ["DOTNET_EnableAVX512"] = "0" };

    /// <summary>
    /// By default our build compiled ahead of time with the one for the JIT compiler beside it; or that one alone; or whatever programs are
    /// named, of which there is no build without cipher.
    /// </summary>
    internal static Lineup Create(CompareOptions options)
    {
        (string Name, string Path)[] ours = options switch
        {
            { Ours.Count: > 0 } =>
            [
                .. options.Ours.Select(static (path, i) => (i == 0 ? Contender.Ours : $"{Contender.Ours} {i + 1}", Path.GetFullPath(path))),
            ],
            { OursJit: true } => [(Contender.Jit, Repository.File(Build.Jit.Program))],
            _ => [(Contender.Ours, Repository.File(Build.Aot.Program)), (Contender.Jit, Repository.File(Build.Jit.Program))],
        };
        Contender theirs = Contender.Pair(Contender.Theirs, Peer.Program);
        Contender subject = Contender.Pair(ours[0].Name, ours[0].Path);
        List<Contender> contenders =
        [
            theirs,
            .. ours.Select(static one => Contender.Pair(one.Name, one.Path)),
            Contender.Pair(Contender.Narrow, ours[0].Path, Avx2Only),
            new(Contender.Mixed, subject.Left, theirs.Right),
        ];
        if (options.Ours.Count == 0)
        {
            Build nullCipher = options.OursJit ? Build.JitNullCipher : Build.AotNullCipher;
            contenders.Add(Contender.Pair(Contender.NullCipher, Repository.File(nullCipher.Program)));
        }
        return new Lineup(subject.Name, contenders);
    }
}
