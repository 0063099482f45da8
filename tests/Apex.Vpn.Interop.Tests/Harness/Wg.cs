using System.Globalization;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>The stock <c>wg</c> tool.</summary>
internal static class Wg
{
    /// <summary>Runs <c>wg</c> and returns its output; it must succeed.</summary>
    public static async Task<string> Run(string? input, params string[] arguments) => (await TryRun(input, arguments)).Checked();

    /// <summary>Runs <c>wg</c>; the caller judges how it ended.</summary>
    public static Task<CommandResult> TryRun(string? input, params string[] arguments) => Command.Run("wg", arguments, input);

    /// <summary>A new private key.</summary>
    public static Task<string> GenKey() => Run(null, "genkey");

    /// <summary>The public key of a private key.</summary>
    public static Task<string> PubKey(string privateKey) => Run(privateKey, "pubkey");

    /// <summary>A new preshared key.</summary>
    public static Task<string> GenPsk() => Run(null, "genpsk");

    /// <summary><c>wg set</c> with words separated by blanks; <c>/dev/stdin</c> among them reads <paramref name="key"/>.</summary>
    public static Task Set(string name, string words, string? key = null) =>
        Run(key, ["set", name, .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    /// <summary><c>wg setconf</c>, <c>addconf</c> or <c>syncconf</c> with the configuration given as text.</summary>
    public static Task Configure(string how, string name, string configuration) => Run(configuration, how, name, "/dev/stdin");

    /// <summary><c>wg show NAME WHAT</c>.</summary>
    public static Task<string> Show(string name, string what) => Run(null, "show", name, what);

    /// <summary><c>wg show NAME dump</c>, taken apart.</summary>
    public static async Task<WgDump> Dump(string name)
    {
        string[][] rows = [.. (await Show(name, "dump")).Split('\n').Select(static line => line.Split('\t'))];
        var own = rows[0];
        return new WgDump(own[0], own[1], Number(own[2]), own[3], [.. rows.Skip(1).Select(Peer)]);
    }

    private static WgPeer Peer(string[] fields) => new(
        fields[0],
        fields[1],
        fields[2],
        fields[3] == "(none)" ? [] : fields[3].Split(','),
        Number(fields[4]),
        Number(fields[5]),
        Number(fields[6]),
        fields[7]);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>An interface as <c>wg show dump</c> prints it.</summary>
internal sealed record WgDump(string PrivateKey, string PublicKey, long ListenPort, string FwMark, IReadOnlyList<WgPeer> Peers);

/// <summary>A peer as <c>wg show dump</c> prints it; the time of the handshake in seconds since 1970, 0 for never.</summary>
internal sealed record WgPeer(
    string PublicKey,
    string PresharedKey,
    string Endpoint,
    IReadOnlyList<string> AllowedIps,
    long LatestHandshake,
    long Received,
    long Sent,
    string Keepalive);
