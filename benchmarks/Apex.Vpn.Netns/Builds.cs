using Apex.Vpn.Netns.Measuring;

namespace Apex.Vpn.Netns;

/// <summary>One of our own builds: where its program lies in the repository, and the command that makes it.</summary>
internal sealed record Build(string Program, params string[] Command)
{
    private static readonly string[] BuildForJit = ["dotnet", "build", "-c", "Release", "samples/WireGuard", "-v", "q"];

    internal static Build Aot { get; } = new("artifacts/apex-wg/apex-wg", "samples/WireGuard/publish");

    internal static Build Jit { get; } = new("artifacts/bin/WireGuard/release/apex-wg", BuildForJit);

    internal static Build AotNullCipher { get; } =
        new("artifacts/null-cipher/apex-wg/apex-wg", "samples/WireGuard/publish", "--null-cipher");

    internal static Build JitNullCipher { get; } =
        new("artifacts/null-cipher/bin/WireGuard/release/apex-wg", [.. BuildForJit, "-p:ApexNullCipher=true"]);

    private static Build[] All { get; } = [Aot, Jit, AotNullCipher, JitNullCipher];

    /// <summary>Makes those builds that contenders run.</summary>
    internal static async Task MakeAsync(IEnumerable<Contender> contenders, TextWriter progress, CancellationToken cancellationToken)
    {
        HashSet<string> programs = [.. contenders.SelectMany(static contender => new[] { contender.Left.Path, contender.Right.Path })];
        foreach (Build build in All.Where(build => programs.Contains(Repository.File(build.Program))))
        {
            progress.WriteLine(string.Join(' ', build.Command));
            string[] words = [.. build.Command.Select(InRepository)];
            await Processes.Command.RunAsync(words[0], words[1..], cancellationToken, limit: TimeSpan.FromMinutes(10));
        }
    }

    private static string InRepository(string word) => word.StartsWith("samples/", StringComparison.Ordinal) ? Repository.File(word) : word;
}
