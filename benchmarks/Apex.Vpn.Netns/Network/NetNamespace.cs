using Apex.Vpn.Netns.Processes;

namespace Apex.Vpn.Netns.Network;

/// <summary>A network namespace under a name of its own; deleted at the end, and every link in it with it.</summary>
internal sealed class NetNamespace : IAsyncDisposable
{
    private NetNamespace(string name) => Name = name;

    internal string Name { get; }

    internal static async Task<NetNamespace> CreateAsync(CancellationToken cancellationToken)
    {
        var created = new NetNamespace(Names.Next("cmp"));
        await Command.RunAsync("ip", $"netns add {created.Name}", cancellationToken);
        await created.IpAsync("link set lo up", cancellationToken);
        return created;
    }

    /// <summary>Runs <c>ip</c> inside, with words separated by blanks.</summary>
    internal Task<string> IpAsync(string words, CancellationToken cancellationToken) =>
        Command.RunAsync("ip", $"-n {Name} {words}", cancellationToken);

    /// <summary>Runs a program inside to its end.</summary>
    internal Task<string> RunAsync(string program, string words, TimeSpan limit, CancellationToken cancellationToken) =>
        Command.RunAsync("ip", Inside(program, Command.Words(words)), cancellationToken, limit: limit);

    /// <summary>Starts a program inside; the id is the program's own, for <c>ip netns exec</c> becomes it.</summary>
    internal BackgroundProcess Start(
        string program, string words, IReadOnlyDictionary<string, string>? environment = null, string? awaited = null) =>
        BackgroundProcess.Start("ip", Inside(program, Command.Words(words)), environment, awaited);

    /// <summary>Deletes it, whatever was cancelled.</summary>
    public async ValueTask DisposeAsync() => await Command.RunAsync("ip", $"netns del {Name}", CancellationToken.None);

    private IEnumerable<string> Inside(string program, IEnumerable<string> arguments) => ["netns", "exec", Name, program, .. arguments];
}
