using System.Globalization;
using System.Net;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>What the command line says.</summary>
internal sealed record HandshakesOptions
{
    internal const string Usage = """
        handshakes [options]
          --peers N            peers of the responder, each at an address of its own in 127.0.0.0/8 (2000)
          --outstanding N      initiations under way in the closed loop (64)
          --seconds N          how long the closed loop runs, and how long quiet and flood each (5)
          --clients N          known clients whose latency is measured (200)
          --rate N             their handshakes per second, all together (250)
          --flood N            messages per second of the flood, half junk, half with a valid mac1; 0 leaves it out (50000)
          --configure N        adds N more peers, 1024 at a time, while latency is measured: as `wg setconf` would; own responder only (0)
          --target IP:PORT     a responder elsewhere; without it one is started here
          --responder-key KEY  its public key, base64
          --write-config FILE  writes the peers as `wg addconf` takes them, for a responder elsewhere, and ends
          --json FILE          writes the results
        """;

    internal int Peers { get; private init; } = 2000;

    internal int Outstanding { get; private init; } = 64;

    internal int Seconds { get; private init; } = 5;

    internal int Clients { get; private init; } = 200;

    internal int Rate { get; private init; } = 250;

    internal int Flood { get; private init; } = 50_000;

    internal int Configure { get; private init; }

    internal UdpEndpoint Target { get; private init; }

    internal PublicKey? ResponderKey { get; private init; }

    internal string? ConfigFile { get; private init; }

    internal string? JsonFile { get; private init; }

    /// <summary>Reads the arguments after the command's name.</summary>
    /// <exception cref="FormatException">They make no sense; the message says why.</exception>
    internal static HandshakesOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new HandshakesOptions();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string name = arguments[i];
            string value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException($"{name} needs a value.");
            options = name switch
            {
                "--peers" => options with { Peers = Number(value, 1, 1 << 20) },
                "--outstanding" => options with { Outstanding = Number(value, 1, 1 << 16) },
                "--seconds" => options with { Seconds = Number(value, 1, 600) },
                "--clients" => options with { Clients = Number(value, 1, 1 << 16) },
                "--rate" => options with { Rate = Number(value, 1, 100_000) },
                "--flood" => options with { Flood = Number(value, 0, 1_000_000) },
                "--configure" => options with { Configure = Number(value, 0, 1 << 20) },
                "--target" => options with { Target = UdpEndpoint.From(IPEndPoint.Parse(value)) },
                "--responder-key" => options with { ResponderKey = PublicKey.Parse(value) },
                "--write-config" => options with { ConfigFile = value },
                "--json" => options with { JsonFile = value },
                _ => throw new FormatException($"There is no option {name}."),
            };
        }
        if (options.Target.IsNone != options.ResponderKey is null) throw new FormatException("--target and --responder-key go together.");
        if (options.Configure != 0 && !options.Target.IsNone) throw new FormatException("--configure needs our own responder.");
        if (options.Clients > options.Peers) throw new FormatException("--clients are some of the --peers.");
        return options;
    }

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new FormatException($"'{text}' is not a number of {least} to {most}.");
}
