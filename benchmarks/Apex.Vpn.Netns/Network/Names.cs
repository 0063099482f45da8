using System.Globalization;

namespace Apex.Vpn.Netns.Network;

/// <summary>Names that no other process uses at the same time, short enough for an interface (15 characters).</summary>
internal static class Names
{
    private static int _last;

    internal static string Next(string prefix) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}{Environment.ProcessId:x}n{Interlocked.Increment(ref _last):x}");
}
