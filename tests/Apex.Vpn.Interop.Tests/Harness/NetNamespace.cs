using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>A network namespace with a name of its own; deleted at the end, and with it every link in it.</summary>
internal sealed partial class NetNamespace : IAsyncDisposable
{
    private const int CloneNewNet = 0x40000000;

    private NetNamespace(string name) => Name = name;

    /// <summary>The name, as <c>ip netns</c> knows it.</summary>
    public string Name { get; }

    /// <summary>Creates the namespace and brings its loopback up.</summary>
    public static async Task<NetNamespace> Create()
    {
        var name = Names.Next("apex");
        (await Command.Run("ip", ["netns", "add", name])).Checked();
        var created = new NetNamespace(name);
        await created.Ip("link set lo up");
        return created;
    }

    /// <summary>Runs <c>ip</c> inside with words separated by blanks, and returns its output; it must succeed.</summary>
    public async Task<string> Ip(string words) => (await TryIp(words)).Checked();

    /// <summary>Runs <c>ip</c> inside; the caller judges how it ended.</summary>
    public Task<CommandResult> TryIp(string words) => Command.Run("ip", ["-n", Name, .. Split(words)]);

    /// <summary>Runs a program inside to its end.</summary>
    public Task<CommandResult> Run(string program, IReadOnlyList<string> arguments, string? input = null, TimeSpan? limit = null) =>
        Command.Run("ip", ["netns", "exec", Name, program, .. arguments], input, limit);

    /// <summary>Runs a program inside with words separated by blanks.</summary>
    public Task<CommandResult> Run(string program, string words) => Run(program, Split(words));

    /// <summary>Starts a program inside; the id is the program's own, for <c>ip netns exec</c> becomes the program.</summary>
    public BackgroundProcess Start(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        BackgroundProcess.Start("ip", ["netns", "exec", Name, program, .. arguments], environment);

    /// <summary>Writes settings such as <c>net.ipv4.ip_forward=1</c>.</summary>
    public async Task Sysctl(params string[] settings) => (await Run("sysctl", ["-qw", .. settings])).Checked();

    /// <summary>Loads nftables rules, given as a script.</summary>
    public async Task Nft(string script) => (await Run("nft", ["-f", "-"], script)).Checked();

    /// <summary>Waits until a link has carrier and passes packets.</summary>
    public Task LinkIsUp(string link) => Poll.Until(
        $"{link} to be up in {Name}",
        async () => (await Ip($"-o link show dev {link}")).Contains("state UP", StringComparison.Ordinal));

    /// <summary>Makes something inside, such as a socket, which then stays in this namespace wherever it is used.</summary>
    public async Task<T> Make<T>(Func<T> make)
    {
        TaskCompletionSource<T> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        // The namespace is a property of the thread: a thread of its own, which ends here, leaves no other work in it.
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle("/run/netns/" + Name);
                if (SetNs(handle, CloneNewNet) != 0) throw new IOException($"setns: errno {Marshal.GetLastPInvokeError()}");
                made.SetResult(make());
            }
            catch (Exception exception)
            {
                made.SetException(exception);
            }
        });
        thread.Start();
        return await made.Task;
    }

    /// <summary>Deletes the namespace.</summary>
    public async ValueTask DisposeAsync() => (await Command.Run("ip", ["netns", "del", Name])).Checked();

    private static string[] Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(SafeFileHandle handle, int kind);
}
