using System.IO.Compression;
using Apex.Vpn.Routing.Directory;
using Xunit.Abstractions;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>How much of a phone's data a directory takes.</summary>
public sealed class SizeTests(ITestOutputHelper output)
{
    [Fact]
    public void A_consumer_fleet_takes_at_most_100_bytes_a_node_compressed_and_8_a_status()
    {
        ServerList fleet = Fleets.Consumer(seed: 554);
        byte[] file = Authority.Signer.SignList(fleet);
        ServerList list = Authority.Read(file);
        byte[] status = Authority.Signer.SignStatus(list, Fleets.Status(list, 1));
        int gzip = Compress(file, static stream => new GZipStream(stream, CompressionLevel.SmallestSize));
        int brotli = Compress(file, static stream => new BrotliStream(stream, CompressionLevel.SmallestSize));
        int nodes = fleet.Servers.Count;
        Tell("list", file.Length);
        Tell("list, gzip", gzip);
        Tell("list, brotli", brotli);
        Tell("status", status.Length);

        Assert.Equal(554, nodes);
        Assert.Empty(list.Defects);
        Assert.InRange(gzip, 0, 100 * nodes);
        Assert.InRange(brotli, 0, 100 * nodes);
        Assert.InRange(status.Length, 0, 8 * nodes);

        void Tell(string what, int bytes) => output.WriteLine($"{what}: {bytes} bytes, {(double)bytes / nodes:0.0} a node");
    }

    private static int Compress(byte[] bytes, Func<Stream, Stream> compressor)
    {
        using var compressed = new MemoryStream();
        using (Stream stream = compressor(compressed)) stream.Write(bytes);
        return (int)compressed.ToArray().Length;
    }
}
