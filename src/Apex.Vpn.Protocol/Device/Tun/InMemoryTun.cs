using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol;

/// <summary>
/// A TUN without an operating system: the program that made it is the host. For tests, samples, and programs that speak IP themselves.
/// </summary>
/// <remarks>
/// <para>Two bounded queues in memory that is allocated once: what does not fit is lost, as on any network. Packets are not checked, and
/// the MTU is only told, not enforced.</para>
/// <para>The device's side has the thread safety of <see cref="ITunDevice"/>; the host's members may be called from any thread.</para>
/// </remarks>
[Experimental(ApexDiagnostics.DataPath)]
public sealed class InMemoryTun : ITunDevice
{
    private const int MinQueueBytes = 2 * PacketBatch.MaxPacket;

    /// <summary>A packet of 64 bytes or more uses up bytes before it uses up entries.</summary>
    private const int BytesPerEntry = 64;

    private readonly Lane _toDevice;
    private readonly Lane _toHost;
    private volatile int _mtu;

    /// <summary>Makes a device that is up.</summary>
    /// <param name="name">What <see cref="Name"/> says.</param>
    /// <param name="mtu">The MTU in bytes.</param>
    /// <param name="queueBytes">The size of each of the two queues in bytes, at least 131070.</param>
    /// <exception cref="ArgumentOutOfRangeException">The MTU is not in 0 to 65535, or the queues are too small.</exception>
    public InMemoryTun(string name = "memory", int mtu = 1420, int queueBytes = 1 << 20)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(queueBytes, MinQueueBytes);
        Name = name;
        Mtu = mtu;
        _toDevice = new Lane(queueBytes);
        _toHost = new Lane(queueBytes);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Set to something that is not in 0 to 65535.</exception>
    public int Mtu
    {
        get => _mtu;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, PacketBatch.MaxPacket);
            _mtu = value;
        }
    }

    /// <summary>The host sends a packet into the tunnel.</summary>
    /// <param name="packet">An IP packet of 1 to 65535 bytes.</param>
    /// <returns>False when the queue is full or the device was disposed; the packet is lost.</returns>
    /// <exception cref="ArgumentException">It is empty or too long.</exception>
    public bool Inject(ReadOnlySpan<byte> packet)
    {
        if (packet.Length is 0 or > PacketBatch.MaxPacket)
            throw new ArgumentException("An IP packet has 1 to 65535 bytes.", nameof(packet));
        lock (_toDevice)
        {
            return _toDevice.TryAdd(packet);
        }
    }

    /// <summary>The host takes a packet that came out of the tunnel, if there is one.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="length">Its length in bytes; 0 when there is none.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ArgumentException">The packet is longer than the buffer; it stays where it is.</exception>
    public bool TryTake(Span<byte> buffer, out int length)
    {
        lock (_toHost)
        {
            length = _toHost.Packets.Count > 0 ? _toHost.Take(buffer) : 0;
            return length > 0;
        }
    }

    /// <summary>The host takes the next packet that comes out of the tunnel, and blocks until there is one.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its length in bytes.</returns>
    /// <exception cref="ArgumentException">The packet is longer than the buffer; it stays where it is.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    public int Take(Span<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static lane =>
            {
                lock (lane!)
                {
                    Monitor.PulseAll(lane);
                }
            },
            _toHost);
        lock (_toHost)
        {
            while (_toHost.Packets.Count == 0)
            {
                ObjectDisposedException.ThrowIf(_toHost.Closed, this);
                cancellationToken.ThrowIfCancellationRequested();
                Monitor.Wait(_toHost);
            }

            return _toHost.Take(buffer);
        }
    }

    /// <inheritdoc/>
    public int Read(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        lock (_toDevice)
        {
            while (_toDevice.Packets.Count == 0 && !_toDevice.Closed && !_toDevice.Woken)
            {
                Monitor.Wait(_toDevice);
            }

            ObjectDisposedException.ThrowIf(_toDevice.Closed, this);
            if (_toDevice.Woken)
            {
                _toDevice.Woken = false;
                return 0;
            }

            Fill(batch, _toDevice.Packets);
            return batch.Count;
        }
    }

    /// <inheritdoc/>
    public int Write(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int taken = 0;
        lock (_toHost)
        {
            foreach (ref PacketSlot slot in batch.Slots)
            {
                if (slot.Length > 0 && _toHost.TryAdd(batch.Bytes(slot))) taken++;
            }
        }

        return taken;
    }

    /// <inheritdoc/>
    public void Wake()
    {
        lock (_toDevice)
        {
            _toDevice.Woken = true;
            Monitor.PulseAll(_toDevice);
        }
    }

    /// <summary>Ends every blocked call with <see cref="ObjectDisposedException"/>. Packets already there can still be taken by the
    /// host.</summary>
    public void Dispose()
    {
        foreach (Lane lane in (ReadOnlySpan<Lane>)[_toDevice, _toHost])
        {
            lock (lane)
            {
                lane.Closed = true;
                Monitor.PulseAll(lane);
            }
        }
    }

    private static void Fill(PacketBatch batch, PacketRing<Nothing> packets)
    {
        var packer = new TunBatchPacker(batch);
        while (packets.Count > 0 && packer.TryPlace(packets.NextLength, out int offset))
        {
            packer.Add(offset, packets.Take(batch.Slab[offset..], out _));
        }

        if (batch.Count == 0) throw new ArgumentException($"The slab cannot hold a packet of {packets.NextLength} bytes.", nameof(batch));
    }

    /// <summary>One direction; it is its own lock.</summary>
    private sealed class Lane(int bytes)
    {
        internal PacketRing<Nothing> Packets { get; } = new(bytes / BytesPerEntry, bytes);

        internal bool Closed { get; set; }

        internal bool Woken { get; set; }

        internal bool TryAdd(ReadOnlySpan<byte> packet)
        {
            if (Closed || !Packets.TryAdd(packet, default)) return false;
            if (Packets.Count == 1) Monitor.PulseAll(this);
            return true;
        }

        internal int Take(Span<byte> buffer) => Packets.NextLength <= buffer.Length
            ? Packets.Take(buffer, out _)
            : throw new ArgumentException($"The packet has {Packets.NextLength} bytes.", nameof(buffer));
    }

    private struct Nothing;
}
