using Apex.Vpn.Fuzz.Families;

namespace Apex.Vpn.Fuzz.Fuzzing;

/// <summary>A kind of input.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Share">Of a thousand inputs, so many are of this kind.</param>
/// <param name="ChunkSize">So many inputs are fed to one instance of what is tested.</param>
/// <param name="CheckEach">After so many inputs it is checked that no harm was done.</param>
/// <param name="Create">Makes a fuzzer from a seed.</param>
/// <param name="Most">More inputs than this tell nothing more.</param>
internal sealed record FuzzFamily(
    string Name, int Share, int ChunkSize, int CheckEach, Func<ulong, Fuzzer> Create, long Most = long.MaxValue)
{
    /// <summary>All families; their shares add up to a thousand and one, of which the last is capped. Those that take longest come first.</summary>
    internal static IReadOnlyList<FuzzFamily> All { get; } =
    [
        new("handshakes", 120, 4_000, 500, static seed => new HandshakeFuzzer(seed)),
        new("uapi", 44, 1_000, 100, static seed => new UapiFuzzer(seed)),
        new("transport", 220, 20_000, 1_000, static seed => new TransportFuzzer(seed)),
        new("outbound", 80, 20_000, 1_000, static seed => new OutboundFuzzer(seed)),
        new("segments", 60, 10_000, 1_000, static seed => new SegmentFuzzer(seed)),
        new("datagrams", 380, 50_000, 1_000, static seed => new DatagramFuzzer(seed)),
        new("configurations", 24, 5_000, 1_000, static seed => new ConfigurationFuzzer(seed)),
        new("notices", 32, 5_000, 500, static seed => new NoticeFuzzer(seed)),
        new("directory", 20, 5_000, 1_000, static seed => new DirectoryFuzzer(seed)),
        new("framing", 20, 20_000, 1_000, static seed => new FramingFuzzer(seed)),
        new("shell", 1, 10, 1, static seed => new ShellFuzzer(seed), Most: 200),
    ];
}
