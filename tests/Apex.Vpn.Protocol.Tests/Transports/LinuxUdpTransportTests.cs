using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Transports;

[SupportedOSPlatform("linux")]
public sealed class LinuxUdpTransportTests : IDisposable
{
    private readonly LinuxUdpTransport _left = new();
    private readonly LinuxUdpTransport _right = new();
    private readonly ushort _leftPort;
    private readonly ushort _rightPort;

    public LinuxUdpTransportTests()
    {
        _leftPort = _left.Open(0);
        _rightPort = _right.Open(0);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    [Theory, Trait("Item", "35"), Trait("Item", "36")]
    [InlineData("127.0.0.7")]
    [InlineData("::1")]
    public void Item35_36_the_local_address_is_reported_and_answered_from(string address)
    {
        _left.SendOne(Path(address, _rightPort), [1]);
        Received there = _right.ReceiveOne();
        Assert.Equal(Bits(address), there.Path.LocalAddress);
        Assert.NotEqual(0, there.Path.LocalInterface);

        Assert.False(_right.SendOne(there.Path, [2]).SourceRejected);
        Assert.Equal(Endpoint(address, _rightPort), _left.ReceiveOne().Path.Remote);
    }

    [Theory, Trait("Item", "36")]
    [InlineData("127.0.0.1", "203.0.113.9")]
    [InlineData("::1", "2001:db8::9")]
    public void Item36_a_datagram_whose_source_is_gone_is_sent_again_without_it(string address, string source)
    {
        PacketBatch batch = NewBatch(4);
        batch.Add([1]).Path = Path(address, _rightPort);
        batch.Add([2]).Path = new UdpPath(Endpoint(address, _rightPort), Bits(source));
        batch.Add([3]).Path = new UdpPath(Endpoint(address, _rightPort), Bits(source));
        batch.Add([4]).Path = new UdpPath(Endpoint(address, _rightPort), Bits(address));
        Assert.Equal(4, _left.Send(batch));
        Assert.Equal([false, true, true, false], batch.Slots.ToArray().Select(slot => slot.SourceRejected));
        Assert.Equal([1, 2, 3, 4], _right.ReceiveMany(4).Select(bytes => (int)bytes[0]));

        // The flag is about one send, not about the slot for ever.
        batch[1].Path = Path(address, _rightPort);
        Assert.Equal(4, _left.Send(batch));
        Assert.False(batch[1].SourceRejected);
        Assert.True(batch[2].SourceRejected);
    }

    [Theory, Trait("Item", "38")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Item38_the_traffic_class_travels_with_its_ecn_bits(string address)
    {
        foreach (byte trafficClass in new byte[] { 0, 1, 2, 3, 0x88, 0xB9, 0xFF })
        {
            _left.SendOne(Path(address, _rightPort), [9], trafficClass);
            Assert.Equal(trafficClass, _right.ReceiveOne().TrafficClass);
        }
    }

    [Fact, Trait("Item", "38")]
    public void Item38_the_traffic_class_is_each_datagrams_own_also_with_a_source()
    {
        PacketBatch batch = NewBatch();
        for (int i = 0; i < 32; i++)
        {
            ref PacketSlot slot = ref batch.Add([(byte)i]);
            slot.Path = new UdpPath(Endpoint("127.0.0.1", _rightPort), i % 2 == 0 ? Bits("127.0.0.5") : 0);
            slot.TrafficClass = (byte)(i * 8);
        }

        Assert.Equal(32, _left.Send(batch));
        for (int seen = 0; seen < 32;)
        {
            int count = _right.ReceiveSome(batch);
            for (int i = 0; i < count; i++, seen++)
            {
                Assert.Equal(batch.Bytes(i)[0] * 8, batch[i].TrafficClass);
                Assert.Equal(Endpoint(seen % 2 == 0 ? "127.0.0.5" : "127.0.0.1", _leftPort), batch[i].Path.Remote);
            }
        }
    }

    [Fact, Trait("Item", "50")]
    public void Item50_what_the_kernel_refuses_in_the_middle_of_a_batch_loses_only_itself()
    {
        PacketBatch batch = NewBatch(8, 70000);
        batch.Add([0]).Path = Path("127.0.0.1", _rightPort);
        batch.Add(new byte[65508]).Path = Path("127.0.0.1", _rightPort);   // longer than UDP allows: EMSGSIZE
        batch.Add([2]).Path = Path("127.0.0.1", _rightPort);
        batch.Add([3]).Path = Path("255.255.255.255", _rightPort);         // broadcast: EACCES
        batch.Add([4]).Path = Path("127.0.0.1", 0);                        // no port: EINVAL
        batch.Add([5]).Path = Path("::1", _rightPort);
        batch.Add([6]).Path = default;                                     // nowhere
        batch.Add([7]).Path = Path("127.0.0.1", _rightPort);
        Assert.Equal(4, _left.Send(batch));
        Assert.Equal([0, 2, 5, 7], _right.ReceiveMany(4).Select(bytes => (int)bytes[0]).Order());
    }

    [Fact, Trait("Item", "50")]
    public void Item50_a_batch_larger_than_one_call_is_sent_whole_and_in_order()
    {
        PacketBatch batch = NewBatch(300);
        for (int i = 0; i < 300; i++)
        {
            batch.Add(BitConverter.GetBytes(i)).Path = Path(i % 3 == 0 ? "::1" : "127.0.0.1", _rightPort);
        }

        Assert.Equal(300, _left.Send(batch));
        List<int> numbers = [.. _right.ReceiveMany(300).Select(bytes => BitConverter.ToInt32(bytes))];
        Assert.Equal(Enumerable.Range(0, 300).Where(i => i % 3 == 0), numbers.Where(i => i % 3 == 0));
        Assert.Equal(Enumerable.Range(0, 300).Where(i => i % 3 != 0), numbers.Where(i => i % 3 != 0));
    }
}
