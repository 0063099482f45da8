using System.Buffers.Binary;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Tests.Simulation;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>What does not belong to the protocol is not answered, changes nothing, and is counted.</summary>
public sealed class SilenceTests : IDisposable
{
    private readonly Duo _duo = new Duo().Established();

    [Fact]
    [Trait("Item", "40")]
    public void Item40_noise_of_all_kinds_meets_silence()
    {
        var random = new Random(40);
        int[] lengths = [0, 1, 3, 4, 16, 31, 32, 33, 47, 48, 63, 64, 65, 91, 92, 93, 147, 148, 149, 1500, 65507];
        int count = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] bytes = new byte[lengths[random.Next(lengths.Length)]];
            random.NextBytes(bytes);
            if (bytes.Length >= 8 && random.Next(4) != 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes, random.Next(6));
                if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), _duo.RightSession.LocalIndex);
            }
            _duo.Right.Receive(new Datagram(_duo.Left.Address, _duo.Right.Address, (byte)random.Next(256), bytes));
            count++;
        }
        AssertUntouched(count);
    }

    [Fact]
    [Trait("Item", "40")]
    public void Item40_every_bit_of_a_true_message_matters_but_for_those_of_mac2()
    {
        int count = 0;
        _duo.RunTo(20);
        _duo.Lose = static _ => true;
        _duo.Left.Send(Duo.ToRight(payload: 4));
        byte[] data = _duo.Log[^1].Datagram.Bytes;
        _duo.Left.Engine.EraseSessions();
        _duo.Left.Send(Duo.ToRight());
        byte[] initiation = _duo.Log[^1].Datagram.Bytes;
        _duo.Log.Clear();
        Flip(data, data.Length);
        Flip(initiation, initiation.Length - 16);
        AssertUntouched(count);

        void Flip(byte[] message, int length)
        {
            for (int bit = 0; bit < length * 8; bit++)
            {
                byte[] changed = [.. message];
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                _duo.Right.Receive(new Datagram(_duo.Left.Address, _duo.Right.Address, TrafficClass: 0, changed));
                count++;
            }
        }
    }

    [Fact]
    [Trait("Item", "40")]
    public void Item40_the_longest_datagram_for_a_live_session_is_only_counted()
    {
        byte[] bytes = new byte[65507];
        bytes[0] = 4;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), _duo.RightSession.LocalIndex);
        _duo.Right.Receive(new Datagram(_duo.Left.Address, _duo.Right.Address, TrafficClass: 0, bytes));
        Assert.Equal(1, _duo.Right.Dropped(DropReason.Unauthentic));
        AssertUntouched(1);
    }

    [Fact]
    [Trait("Item", "40")]
    public void Item40_a_node_without_a_key_is_silent()
    {
        using var world = new World(1);
        Node node = world.AddNode("192.0.2.2:2000");
        using HandPeer hand = new HandPeer(world, node, "192.0.2.9:9").Join();
        byte[] initiation = hand.Initiation();
        node.Engine.SetPrivateKey(null);
        hand.Deliver(initiation);
        Assert.Empty(world.Wire);
        Assert.Equal(1, node.Dropped(DropReason.InvalidMac1));
    }

    public void Dispose() => _duo.Dispose();

    /// <summary>Nothing was sent or delivered, nothing but the drop counters moved, and the session still works.</summary>
    private void AssertUntouched(int dropped)
    {
        Assert.Empty(_duo.Log);
        Assert.Empty(_duo.Right.Delivered);
        Assert.Equal(dropped, Enum.GetValues<DropReason>().Sum(_duo.Right.Dropped));
        Assert.Equal(dropped, _duo.Right.Events.Drops.Values.Sum());
        Assert.Equal(1, _duo.Right.Engine.Context.Indices.Count);
        Assert.Equal(1, _duo.Right.Engine.PeerCount);
        Assert.Single(_duo.Right.Events.Roamed); // at the start
        Assert.Equal(0, _duo.Right.Engine.Context.Staging.LentBuffers);
        _duo.Lose = null;
        _duo.Right.Send(Duo.ToLeft());
        Assert.True(Assert.Single(_duo.Log).Datagram.IsData);
    }
}
