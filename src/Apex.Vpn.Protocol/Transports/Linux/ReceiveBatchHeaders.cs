using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Lets the kernel write datagrams straight into the places of a batch, and makes slots of what it wrote.</summary>
internal sealed unsafe class ReceiveBatchHeaders
{
    private readonly MessageArray _messages = new();
    private PacketBatch? _batch;
    private int _place;
    private int _prepared;

    /// <summary>Headers for as many datagrams as the batch has places left, from a place on.</summary>
    /// <returns>The first header.</returns>
    internal MultiMessageHeader* Prepare(PacketBatch batch, int place, out int count)
    {
        count = Math.Min(batch.Capacity - place, MessageArray.Capacity);
        if (batch == _batch && place == _place) return _messages.First; // the ones used last time were made ready again

        byte* slab = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(batch.Slab));
        for (int i = 0; i < count; i++)
        {
            _messages.Vector(i) = new IoVector { Base = slab + ((nint)(place + i) * batch.Stride), Length = (nuint)batch.Stride };
            Rearm(i);
        }

        _batch = batch;
        _place = place;
        _prepared = count;
        return _messages.First;
    }

    /// <summary>Adds a slot for each datagram that arrived whole; an empty datagram says nothing to anybody and is passed over.</summary>
    /// <param name="received">What the call returned.</param>
    /// <param name="ipv6">The socket's family.</param>
    /// <returns>The number of datagrams that were longer than their place.</returns>
    internal int Accept(int received, bool ipv6)
    {
        PacketBatch batch = _batch!;
        int truncated = 0;
        for (int i = 0; i < Math.Min(received, _prepared); i++)
        {
            ref MultiMessageHeader message = ref _messages.First[i];
            if ((message.Header.Flags & LinuxNative.MessageTruncated) != 0)
            {
                truncated++;
            }
            else if (message.Length != 0)
            {
                ControlMessages.Read(
                    _messages.Control(i)[..(int)message.Header.ControlLength],
                    out UInt128 localAddress, out int localInterface, out byte trafficClass);
                ref PacketSlot slot = ref batch.Add();
                slot.Offset = (_place + i) * batch.Stride;
                slot.Length = (int)message.Length;
                slot.TrafficClass = trafficClass;
                slot.Path = new UdpPath(SocketAddresses.Read(_messages.Address(i), ipv6), localAddress, localInterface);
            }

            Rearm(i);
        }

        return truncated;
    }

    /// <summary>The kernel overwrites these with what it delivered; they are limits again for the next call.</summary>
    private void Rearm(int index)
    {
        ref MessageHeader header = ref _messages.First[index].Header;
        header.NameLength = SocketAddresses.IPv6Bytes;
        header.ControlLength = ControlMessages.MaxBytes;
        header.Flags = 0;
    }
}
