using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Apex.Vpn.Fuzz.Checks;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol.Tests.Device.Tun.Offload;

/// <summary>What becomes of packets that a kernel does not want merged. The kernel's part is played by a descriptor that refuses all writes.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class TunWriterTests : IDisposable
{
    private readonly Descriptor _refusing = new(epoll_create1(0)); // cannot be written to: EINVAL

    [Fact]
    public void A_run_that_is_refused_is_restored_and_runs_of_its_kind_are_given_up()
    {
        foreach (bool ipv6 in new[] { false, true })
        {
            TunOffload offload = TunOffload.Of(_refusing); // knows no offloads either, but takes headers for all that can be told
            Assert.True(offload.HasHeaders && offload.MergesTcp && !offload.MergesUdp);
            var shape = new FlowShape { IsIPv6 = ipv6, Options = new byte[40] };
            List<byte[]> packets = [.. Enumerable.Range(0, 5).Select(i => shape.Make(new byte[50], (uint)i * 50, (ushort)i))];
            PacketBatch batch = FlowTraffic.Pack(packets);
            Assert.Equal(0, Write(offload, batch));
            Assert.False(offload.MergesTcp);
            Assert.Equal(packets, Enumerable.Range(0, batch.Count).Select(i => batch.Bytes(i).ToArray()));
        }
    }

    [Fact]
    public void A_kind_of_which_a_run_was_taken_once_is_never_given_up()
    {
        TunOffload offload = TunOffload.Of(_refusing);
        offload.Prove(VirtioHeader.TcpIPv6);
        offload.Doubt(VirtioHeader.TcpIPv4);
        offload.Doubt(VirtioHeader.Udp); // a kind of its own
        Assert.True(offload.MergesTcp);
    }

    [Fact]
    public void A_descriptor_of_bare_packets_gets_no_headers_and_no_runs()
    {
        Assert.False(TunOffload.None.HasHeaders || TunOffload.None.MergesTcp || TunOffload.None.MergesUdp);
        string path = Path.GetTempFileName();
        try
        {
            FlowShape tcp = new(), udp = new() { Protocol = PlainChecksum.Udp };
            byte[][] packets = [tcp.Make(new byte[9], 0), tcp.Make(new byte[9], 9), udp.Make(new byte[9]), udp.Make(new byte[9])];
            using (var file = new Descriptor(LinuxNative.open(path, LinuxNative.OpenReadWrite)))
            {
                Assert.True(file.TryAcquire(out Descriptor.Lease lease));
                using (lease) Assert.Equal(4, new TunWriter().Write(lease.Number, TunOffload.None, FlowTraffic.Pack([.. packets])));
            }
            Assert.Equal(packets.SelectMany(static packet => packet), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose() => _refusing.Dispose();

    private int Write(TunOffload offload, PacketBatch batch)
    {
        Assert.True(_refusing.TryAcquire(out Descriptor.Lease lease));
        using (lease) return new TunWriter().Write(lease.Number, offload, batch);
    }

    [LibraryImport("libc")]
    private static partial int epoll_create1(int flags);
}
