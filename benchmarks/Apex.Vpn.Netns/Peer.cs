using System.Globalization;

namespace Apex.Vpn.Netns;

/// <summary>The wireguard-go that we compare ourselves with. What it says of itself lags behind, so the package's version counts.</summary>
internal static class Peer
{
    internal const string OldestVersion = "0.0.20231211";

    private const string Folder = "artifacts/peers/backports/";

    internal static string Program => Repository.File(Folder + "usr/bin/wireguard-go");

    /// <summary>The version of its package.</summary>
    /// <exception cref="MeasurementException">It has not been fetched.</exception>
    internal static string ReadVersion()
    {
        string path = Repository.File(Folder + "version");
        if (!File.Exists(path) || !File.Exists(Program)) throw new MeasurementException("There is no wireguard-go: run .ci/peers first.");
        return File.ReadAllText(path).Trim();
    }

    /// <summary>Whether a Debian version is at least as new as what we have to be compared with.</summary>
    internal static bool IsNewEnough(string version) => Numbers(version).SequenceCompareTo(Numbers(OldestVersion)) >= 0;

    private static ReadOnlySpan<long> Numbers(string version) => version.Split('-')[0].Split('.').Select(Number).ToArray();

    private static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number : -1;
}
