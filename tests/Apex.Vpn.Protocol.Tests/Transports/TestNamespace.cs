using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol.Tests.Transports;

/// <summary>A network namespace for one test: a unique name, loopback up, deleted at the end with every interface in it.</summary>
internal sealed class TestNamespace : IDisposable
{
    private static int _count;

    internal TestNamespace()
    {
        Name = $"apx{Environment.ProcessId:x}-{Interlocked.Increment(ref _count):x}";
        Command("ip", $"netns add {Name}");
        Ip("link set lo up");
    }

    internal string Name { get; }

    /// <summary>A name for an interface that no other test uses; at most 15 bytes.</summary>
    internal static string UniqueLink(string prefix) => $"{prefix}{Environment.ProcessId:x}{Interlocked.Increment(ref _count):x}";

    /// <summary>Runs <c>ip</c> in the namespace.</summary>
    internal void Ip(string arguments) => Command("ip", $"-n {Name} {arguments}");

    /// <summary>Writes a kernel setting of the namespace.</summary>
    internal void Sysctl(string path, string value) => Run(() => File.WriteAllText("/proc/sys/" + path, value));

    /// <summary>A pair of connected interfaces, one in each namespace, both up.</summary>
    internal static void Connect(TestNamespace left, string leftLink, TestNamespace right, string rightLink)
    {
        left.Ip($"link add {leftLink} type veth peer name {rightLink} netns {right.Name}");
        left.Ip($"link set {leftLink} up");
        right.Ip($"link set {rightLink} up");
    }

    /// <summary>Runs an action with this namespace as the current one; what it opens stays there.</summary>
    internal void Run(Action action) => Run(() =>
    {
        action();
        return 0;
    });

    /// <summary>Runs a function with this namespace as the current one; what it opens stays there.</summary>
    internal T Run<T>(Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using Microsoft.Win32.SafeHandles.SafeFileHandle space = File.OpenHandle("/run/netns/" + Name);
                if (LinuxNative.setns((int)space.DangerousGetHandle(), LinuxNative.NewNetworkNamespace) != 0)
                    throw new IOException("setns failed");
                result = function();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    public void Dispose() => Command("ip", $"netns delete {Name}");

    internal static void Command(string program, string arguments)
    {
        string? errors = Run(program, arguments);
        Assert.True(errors is null, $"{program} {arguments}: {errors}");
    }

    /// <summary>Runs a program that may fail.</summary>
    internal static void TryCommand(string program, string arguments) => Run(program, arguments);

    /// <returns>What it complained about, or null.</returns>
    private static string? Run(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : errors;
    }
}
