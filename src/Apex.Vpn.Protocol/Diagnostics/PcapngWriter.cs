using System.Diagnostics;

namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>Writes IP packets to a pcapng stream that Wireshark, tshark and tcpdump read.</summary>
/// <remarks>
/// <para>One section, one interface of link type RAW (packets begin with their IP header), times in nanoseconds. Packets collect in a
/// buffer that is written when it is full, on <see cref="Flush"/> and on <see cref="Dispose"/>; so a slow stream is felt rarely, but it
/// is felt by whoever writes then. Nothing is allocated per packet.</para>
/// <para>For developers: the file holds what people send through the tunnel. Safe from any thread.</para>
/// </remarks>
public sealed class PcapngWriter : IDisposable
{
    /// <summary>The longest packet and so the largest snap length, in bytes.</summary>
    public const int MaxSnapLength = 65535;

    private const int BufferSize = 128 * 1024;

    private readonly Lock _lock = new();
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long _maxBytes;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _buffered;
    private long _length;
    private ulong _written, _skipped, _lastTime;
    private bool _disposed;

    /// <summary>A writer with defaults: whole packets, no limit; disposes the stream.</summary>
    /// <param name="stream">Where the capture goes. Needs to be writable only.</param>
    /// <exception cref="ArgumentException">The stream cannot be written.</exception>
    public PcapngWriter(Stream stream) : this(stream, new PcapngOptions()) { }

    /// <summary>A writer. The headers are written at once, into the buffer.</summary>
    /// <param name="stream">Where the capture goes. Needs to be writable only.</param>
    /// <param name="options">How to write; read once.</param>
    /// <exception cref="ArgumentException">The stream cannot be written.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public PcapngWriter(Stream stream, PcapngOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        if (!stream.CanWrite) throw new ArgumentException("The stream cannot be written.", nameof(stream));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SnapLength, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SnapLength, MaxSnapLength, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxBytes, nameof(options));
        _stream = stream;
        _leaveOpen = options.LeaveOpen;
        _maxBytes = options.MaxBytes;
        SnapLength = options.SnapLength;
        _buffered = PcapngBlocks.WriteHeader(_buffer, options.InterfaceName, SnapLength);
        _length = _buffered;
    }

    /// <summary>How many bytes of a packet are kept at most.</summary>
    public int SnapLength { get; }

    /// <summary>How many packets are in the capture.</summary>
    public long WrittenPackets => (long)Volatile.Read(ref _written);

    /// <summary>How many packets were left out because the capture had reached its limit of bytes.</summary>
    public long SkippedPackets => (long)Volatile.Read(ref _skipped);

    /// <summary>Adds a packet.</summary>
    /// <param name="timestamp">When it was seen; times before 1970 count as 1970.</param>
    /// <param name="packet">The whole IP packet. It may be changed once the call returns.</param>
    /// <param name="direction">Which way it went.</param>
    /// <returns>False when the capture has reached its limit of bytes: the packet was counted and left out.</returns>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The stream does not take the bytes; they are lost.</exception>
    public bool Write(DateTimeOffset timestamp, ReadOnlySpan<byte> packet, PacketDirection direction)
    {
        ReadOnlySpan<byte> captured = packet[..Math.Min(packet.Length, SnapLength)];
        int length = PcapngBlocks.EnhancedPacketOverhead + PcapngBlocks.Align(captured.Length);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _lastTime = Nanoseconds(timestamp);
            if (_length > _maxBytes - length - PcapngBlocks.InterfaceStatisticsSize)
            {
                Volatile.Write(ref _skipped, _skipped + 1);
                return false;
            }
            if (length > BufferSize - _buffered) WriteBuffer();
            int written = PcapngBlocks.WritePacket(_buffer.AsSpan(_buffered), _lastTime, captured, packet.Length, direction);
            Debug.Assert(written == length);
            _buffered += written;
            _length += written;
            Volatile.Write(ref _written, _written + 1);
            return true;
        }
    }

    /// <summary>Hands everything so far to the stream and flushes it, so that a reader at its other end sees it.</summary>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The stream does not take the bytes; they are lost.</exception>
    public void Flush()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            WriteBuffer();
            _stream.Flush();
        }
    }

    /// <summary>Writes what is left and how many packets there were, then disposes the stream. May be called more than once.</summary>
    /// <exception cref="IOException">The stream does not take the bytes; it is disposed nevertheless.</exception>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            try
            {
                if (PcapngBlocks.InterfaceStatisticsSize > BufferSize - _buffered) WriteBuffer();
                _buffered += PcapngBlocks.WriteStatistics(_buffer.AsSpan(_buffered), _lastTime, _written + _skipped, _skipped);
                WriteBuffer();
                _stream.Flush();
            }
            finally
            {
                Array.Clear(_buffer); // it held people's packets
                if (!_leaveOpen) _stream.Dispose();
            }
        }
    }

    private void WriteBuffer()
    {
        // Emptied first: bytes that the stream refused are not offered again, or a full disk would fill the file with halves.
        int buffered = _buffered;
        _buffered = 0;
        _stream.Write(_buffer.AsSpan(0, buffered));
    }

    private static ulong Nanoseconds(DateTimeOffset timestamp) =>
        (ulong)Math.Max(0, (timestamp - DateTimeOffset.UnixEpoch).Ticks) * TimeSpan.NanosecondsPerTick;
}
