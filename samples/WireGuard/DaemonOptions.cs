using System.Globalization;
using Apex.Vpn.Protocol;

namespace Apex.Vpn.Samples.WireGuard;

/// <summary>How much the daemon says.</summary>
internal enum LogLevel
{
    Silent,
    Error,
    Verbose,
}

/// <summary>What the command line and the environment say.</summary>
/// <param name="Interface">The interface's name.</param>
/// <param name="Foreground">Whether this process is the daemon, rather than its starter.</param>
/// <param name="IsChild">Whether a starter waits for word of readiness on our standard output.</param>
/// <param name="TunDescriptor">A TUN handed in, or null.</param>
/// <param name="UapiDescriptor">A listening socket handed in, or null.</param>
/// <param name="LogLevel">How much to say.</param>
/// <param name="DataThreads">How many threads carry packets.</param>
/// <param name="Capture">Where to write inner packets, or null.</param>
internal sealed record DaemonOptions(
    string Interface, bool Foreground, bool IsChild, int? TunDescriptor, int? UapiDescriptor, LogLevel LogLevel, DataThreads DataThreads,
    FileInfo? Capture)
{
    internal const string ChildVariable = "APEX_WG_CHILD";
    internal const string ForegroundVariable = "WG_PROCESS_FOREGROUND";

    internal static DaemonOptions Read(string name, bool foreground, FileInfo? capture)
    {
        bool isChild = Environment.GetEnvironmentVariable(ChildVariable) == "1";
        return new DaemonOptions(
            name,
            foreground || isChild || Environment.GetEnvironmentVariable(ForegroundVariable) == "1",
            isChild,
            Descriptor("WG_TUN_FD"),
            Descriptor("WG_UAPI_FD"),
            Level(Environment.GetEnvironmentVariable("LOG_LEVEL")),
            Threads(Environment.GetEnvironmentVariable("APEX_WG_DATA_THREADS")),
            capture);
    }

    private static LogLevel Level(string? text) => text switch
    {
        "verbose" or "debug" or "info" => LogLevel.Verbose,
        "silent" => LogLevel.Silent,
        _ => LogLevel.Error,
    };

    private static DataThreads Threads(string? text) => text switch
    {
        "one" => DataThreads.One,
        "two" => DataThreads.Two,
        _ => DataThreads.Automatic,
    };

    private static int? Descriptor(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
