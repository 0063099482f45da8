namespace Apex.Vpn.Netns;

/// <summary>What has to be there before anything is measured.</summary>
internal static class Preconditions
{
    private static readonly string[] Tools = ["ip", "wg", "iperf3", "ping", "ethtool", "kill"];

    /// <summary>Says what is missing, or null.</summary>
    internal static string? Missing()
    {
        if (!OperatingSystem.IsLinux()) return "Network namespaces are Linux's.";
        if (Environment.UserName != "root") return "Network namespaces need root.";
        if (!File.Exists("/dev/net/tun")) return "There is no /dev/net/tun.";
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] missing = [.. Tools.Where(tool => !folders.Any(folder => File.Exists(Path.Combine(folder, tool))))];
        return missing.Length == 0
            ? null
            : $"Not on PATH: {string.Join(", ", missing)} (Debian: iproute2 wireguard-tools iperf3 iputils-ping ethtool procps)";
    }
}
