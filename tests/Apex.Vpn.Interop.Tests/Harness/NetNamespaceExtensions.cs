using System.Globalization;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>What the tests do in a namespace, in words of the test.</summary>
internal static class NetNamespaceExtensions
{
    /// <summary>Gives a link an address with prefix length, which serves at once: no duplicate address detection.</summary>
    public static Task AddAddress(this NetNamespace net, string link, string address) =>
        net.Ip($"addr add {address} dev {link}" + (address.Contains(':') ? " nodad" : ""));

    /// <summary>Pings until the first answer; fails when the deadline passes without one.</summary>
    public static async Task Ping(this NetNamespace net, string address, int size = 56, string options = "") =>
        (await net.Run("ping", $"-n -c 1 -i 0.2 -w 15 -s {size} {options} {address}")).Checked();

    /// <summary>Sends exactly so many pings, one after the other, and expects every answer.</summary>
    public static async Task PingExactly(this NetNamespace net, string address, int count, int size = 56, string options = "")
    {
        var text = (await net.Run("ping", $"-n -c {count} -i 0.02 -W 10 -s {size} {options} {address}")).Checked();
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{count} received"), text, StringComparison.Ordinal);
    }

    /// <summary>Sends a few pings and expects no answer to any; returns what <c>ping</c> said.</summary>
    public static async Task<string> PingInVain(this NetNamespace net, string address, string options = "") =>
        (await net.Run("ping", $"-n -c 4 -i 0.2 -W 1 {options} {address}")).Refused();
}
