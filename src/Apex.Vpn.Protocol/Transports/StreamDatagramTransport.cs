using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports.Streams;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>
/// Datagrams to and from one remote side over a stream in both directions, TCP or TLS for example, for networks that let nothing else
/// through: each datagram goes after its length, two bytes, most significant first.
/// </summary>
/// <remarks>
/// <para>The stream is connected by the caller. When it ends, or the other side sends a length that is 0 or above the limit, the
/// transport closes it for good: <see cref="Disconnected"/> says why, what is sent is lost, and nothing more is received.</para>
/// <para>The path's local half, the traffic class and the mark have no meaning here. Thread safety is that of
/// <see cref="IUdpTransport"/>. TCP repairs what UDP would lose, so that a tunnel over it suffers from the loss of the outer path twice;
/// use it only where UDP does not pass.</para>
/// </remarks>
[Experimental(ApexDiagnostics.DataPath)]
public sealed class StreamDatagramTransport : IUdpTransport
{
    /// <summary>What may wait for the stream: some ms at the speeds that such paths have; what comes on top is lost.</summary>
    private const int MaxQueuedBytes = 1 << 20;

    private readonly Stream _stream;
    private readonly UdpEndpoint _remote;
    private readonly int _maxDatagram;
    private readonly bool _leaveOpen;
    private readonly StreamPump _pump;
    private readonly object _receiving = new();
    private readonly Lock _sending = new();
    private bool _started;
    private bool _open;
    private bool _arrived;
    private bool _woken;
    private bool _disposed;
    private string? _disconnectReason;
    private long _truncated;

    /// <summary>Makes a transport over a connected stream.</summary>
    /// <param name="stream">Readable and writable at the same time.</param>
    /// <param name="remote">The endpoint that stands for the other side: received datagrams come from it, and only what is sent to it goes
    /// into the stream.</param>
    /// <param name="maxDatagram">The longest datagram allowed in either direction in bytes, at most 65535.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the transport is disposed or gives up.</param>
    /// <exception cref="ArgumentException">The stream is not both readable and writable, or there is no endpoint.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not in 1 to 65535.</exception>
    public StreamDatagramTransport(Stream stream, UdpEndpoint remote, int maxDatagram = ushort.MaxValue, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDatagram, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDatagram, ushort.MaxValue);
        if (!stream.CanRead || !stream.CanWrite) throw new ArgumentException("The stream must be readable and writable.", nameof(stream));
        if (remote.IsNone) throw new ArgumentException("An endpoint is needed.", nameof(remote));
        _stream = stream;
        _remote = remote;
        _maxDatagram = maxDatagram;
        _leaveOpen = leaveOpen;
        _pump = new StreamPump(stream, OnArrived, Disconnect);
    }

    /// <summary>Raised once, on any thread, when the stream has ended or had to be closed; with the reason, in words.</summary>
    public event Action<string>? Disconnected;

    /// <summary>Never raised: routes are the stream's business.</summary>
    public event Action? RoutesChanged
    {
        add { }
        remove { }
    }

    /// <summary>Why nothing goes through any more; null while it does.</summary>
    public string? DisconnectReason => Volatile.Read(ref _disconnectReason);

    /// <inheritdoc/>
    public long TruncatedDatagrams => Volatile.Read(ref _truncated);

    /// <summary>Begins, or goes on, to send and receive. There is no port to bind.</summary>
    /// <param name="port">Without meaning.</param>
    /// <returns><paramref name="port"/>.</returns>
    /// <exception cref="ObjectDisposedException">The transport was disposed.</exception>
    public ushort Open(ushort port)
    {
        lock (_receiving)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _open = true;
            _arrived = true; // perhaps while it was closed
            if (!_started) _pump.Start();
            _started = true;
            Monitor.PulseAll(_receiving);
            return port;
        }
    }

    /// <summary>Pauses: what is sent is lost, what arrives waits in the stream.</summary>
    public void Close()
    {
        lock (_receiving)
        {
            _open = false;
        }
    }

    /// <summary>Accepts only 0: the stream's socket is not ours.</summary>
    /// <param name="mark">0.</param>
    /// <exception cref="PlatformNotSupportedException">The mark is not 0.</exception>
    public void SetMark(uint mark)
    {
        if (mark != 0) throw new PlatformNotSupportedException("A stream's packets can only be marked on its own socket.");
    }

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        while (true)
        {
            string? malformed;
            lock (_receiving)
            {
                while (!_disposed && !_woken && !(_open && _arrived))
                {
                    Monitor.Wait(_receiving);
                }

                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_woken)
                {
                    _woken = false;
                    return 0;
                }

                malformed = TakeDatagrams(batch);
            }

            if (malformed is not null) Disconnect(malformed); // not under the lock: it calls out
            if (batch.Count > 0) return batch.Count;
        }
    }

    /// <inheritdoc/>
    public int Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_sending)
        {
            if (!Volatile.Read(ref _open) || Volatile.Read(ref _disposed) || DisconnectReason is not null) return 0;
            int taken = 0, bytes = 0;
            long room = MaxQueuedBytes - _pump.QueuedBytes;
            foreach (ref PacketSlot slot in batch.Slots)
            {
                slot.SourceRejected = false;
                if (slot.Length == 0 || slot.Path.Remote != _remote) continue;
                if (TryQueue(batch.Bytes(slot), room, ref bytes)) taken++;
            }

            if (bytes > 0) _pump.Queue(bytes);
            return taken;
        }
    }

    /// <inheritdoc/>
    public void Wake()
    {
        lock (_receiving)
        {
            _woken = true;
            Monitor.PulseAll(_receiving);
        }
    }

    /// <summary>Ends sending and receiving and closes the stream. A blocked <see cref="Receive"/> throws
    /// <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_receiving)
        {
            if (_disposed) return;
            _disposed = true;
            _open = false;
            _pump.Incoming.Complete();
            Monitor.PulseAll(_receiving);
        }

        lock (_sending)
        {
            _pump.Outgoing.Complete();
        }

        _pump.Dispose();
        if (!_leaveOpen) _stream.Dispose();
    }

    /// <summary>Fills the batch from what has arrived.</summary>
    /// <returns>Null, or what is wrong with what comes after.</returns>
    private string? TakeDatagrams(PacketBatch batch)
    {
        if (!_pump.Incoming.TryRead(out ReadResult result))
        {
            _arrived = false;
            return null;
        }

        ReadOnlySequence<byte> rest = result.Buffer;
        while (batch.Count < batch.Places)
        {
            StreamFraming.Verdict verdict = StreamFraming.TryTake(ref rest, _maxDatagram, out int length, out var datagram);
            if (verdict == StreamFraming.Verdict.Complete)
            {
                Deliver(datagram, batch);
                continue;
            }

            _arrived = false;
            _pump.Incoming.AdvanceTo(rest.Start, rest.End); // all of it was looked at: more must come
            return verdict == StreamFraming.Verdict.Malformed ? $"The other side sent a datagram of {length} bytes." : null;
        }

        _pump.Incoming.AdvanceTo(rest.Start);
        return null;
    }

    private void Deliver(in ReadOnlySequence<byte> datagram, PacketBatch batch)
    {
        if (datagram.Length > batch.Stride)
        {
            _truncated++;
            return;
        }

        int offset = batch.Count * batch.Stride;
        datagram.CopyTo(batch.Slab[offset..]);
        ref PacketSlot slot = ref batch.Add();
        slot.Offset = offset;
        slot.Length = (int)datagram.Length;
        slot.Path = new UdpPath(_remote);
    }

    private bool TryQueue(ReadOnlySpan<byte> datagram, long room, ref int queued)
    {
        int frame = StreamFraming.HeaderBytes + datagram.Length;
        if (datagram.Length > _maxDatagram || queued + frame > room) return false;
        StreamFraming.Write(_pump.Outgoing, datagram);
        queued += frame;
        return true;
    }

    private void OnArrived()
    {
        lock (_receiving)
        {
            _arrived = true;
            Monitor.PulseAll(_receiving);
        }
    }

    private void Disconnect(string reason)
    {
        if (Volatile.Read(ref _disposed) || Interlocked.CompareExchange(ref _disconnectReason, reason, null) is not null) return;
        _pump.Dispose();
        if (!_leaveOpen) _stream.Dispose();
        Disconnected?.Invoke(reason);
    }
}
