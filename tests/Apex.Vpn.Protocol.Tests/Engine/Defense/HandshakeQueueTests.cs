using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Engine.Defense;

public sealed class HandshakeQueueTests
{
    private static readonly UdpPath Path = new(UdpEndpoint.FromIPv4(0xC0000201, 1000), LocalAddress: 7, LocalInterface: 3);

    [Fact]
    public void Messages_come_out_as_they_went_in_with_their_path()
    {
        var queue = new HandshakeQueue(16);
        int[] lengths = [148, 92, 64];
        foreach (int length in lengths) Assert.True(queue.TryEnqueue(Message(length), in Path, identity: null, out _));
        Assert.Equal(3, queue.Count);
        foreach (int length in lengths)
        {
            Assert.True(queue.TryDequeue(out HandshakeQueue.Item item));
            Assert.Equal(length, item.Length);
            Assert.Equal(Message(length), ((ReadOnlySpan<byte>)item.Bytes)[..length].ToArray());
            Assert.Equal(Path, item.Path);
        }
        Assert.False(queue.TryDequeue(out _));
    }

    [Fact]
    public void A_full_queue_refuses_and_goes_on_after_one_was_taken()
    {
        var queue = new HandshakeQueue(8);
        for (int round = 0; round < 5; round++)
        {
            while (queue.Count < 8) Assert.True(queue.TryEnqueue(Message(148), in Path, identity: null, out _));
            Assert.False(queue.TryEnqueue(Message(148), in Path, identity: null, out _));
            for (int i = 0; i <= round; i++) Assert.True(queue.TryDequeue(out _));
        }
        Assert.Equal(3, queue.Count);
    }

    [Theory]
    [InlineData(1024, 128)]
    [InlineData(8, 1)]
    [InlineData(4, 1)]
    [Trait("Item", "8")]
    public void Item8_an_eighth_of_the_queue_is_load(int capacity, int load)
    {
        var queue = new HandshakeQueue(capacity);
        for (int i = 1; i < load; i++)
        {
            queue.TryEnqueue(Message(148), in Path, identity: null, out _);
            Assert.False(queue.IsLong);
        }
        queue.TryEnqueue(Message(148), in Path, identity: null, out _);
        Assert.True(queue.IsLong);
        queue.TryDequeue(out _);
        Assert.False(queue.IsLong);
    }

    private static byte[] Message(int length) => [.. Enumerable.Range(1, length).Select(static i => (byte)i)];
}
