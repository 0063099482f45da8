using System.Runtime.CompilerServices;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Engine.Defense;

/// <summary>
/// Handshake messages on their way from receiving workers to the control worker: a bounded ring of copies, so that neither a flood nor a
/// lack of packet buffers stops a handshake. What does not fit is dropped by the sender of the copy.
/// </summary>
internal sealed class HandshakeQueue
{
    /// <summary>From this share of the ring on, it is under load.</summary>
    private const int LoadDivisor = 8;

    /// <summary>So much of the ring may be probes.</summary>
    private const int ProbeDivisor = 16;

    private readonly Lock _lock = new();
    private readonly Item[] _ring;
    private int _head;
    private int _count;
    private int _probes;

    internal HandshakeQueue(int capacity) => _ring = new Item[capacity];

    [InlineArray(InitiationMessage.Size)]
    internal struct MessageBytes
    {
        private byte _first;
    }

    /// <summary>A handshake message, where it came from, and whom its mac1 was made for.</summary>
    internal struct Item
    {
        internal MessageBytes Bytes;
        internal int Length;
        internal UdpPath Path;

        /// <summary>Null for a cookie reply, which has no mac1, and for a probe.</summary>
        internal DeviceIdentity? Identity;

        /// <summary>The key that a probe was made with; null for anything else.</summary>
        internal ProbeKey? Probe;
    }

    internal int Count => Volatile.Read(ref _count);

    /// <summary>Whether so much waits that it is load. Probes do not count: nobody can put others into cookie mode by them.</summary>
    internal bool IsLong => Count - Volatile.Read(ref _probes) >= Math.Max(_ring.Length / LoadDivisor, 1);

    /// <summary>Puts a copy in; false when there is no room.</summary>
    /// <param name="message">At most as long as an initiation.</param>
    /// <param name="path">Where it came from.</param>
    /// <param name="identity">Whom its mac1 was made for.</param>
    /// <param name="first">Whether nothing else waited: then the control worker may have gone to sleep.</param>
    /// <param name="probe">The key that it was made with if it is a probe.</param>
    internal bool TryEnqueue(ReadOnlySpan<byte> message, in UdpPath path, DeviceIdentity? identity, out bool first, ProbeKey? probe = null)
    {
        lock (_lock)
        {
            first = _count == 0;
            if (_count == _ring.Length || (probe is not null && _probes >= Math.Max(_ring.Length / ProbeDivisor, 1))) return false;
            ref Item item = ref _ring[(_head + _count) % _ring.Length];
            message.CopyTo(item.Bytes);
            item.Length = message.Length;
            item.Path = path;
            item.Identity = identity;
            item.Probe = probe;
            if (probe is not null) Volatile.Write(ref _probes, _probes + 1);
            Volatile.Write(ref _count, _count + 1);
            return true;
        }
    }

    internal bool TryDequeue(out Item item)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                item = default;
                return false;
            }
            item = _ring[_head];
            _ring[_head].Identity = null; // what was replaced is not kept alive from here
            _ring[_head].Probe = null;
            if (item.Probe is not null) Volatile.Write(ref _probes, _probes - 1);
            _head = (_head + 1) % _ring.Length;
            Volatile.Write(ref _count, _count - 1);
            return true;
        }
    }
}
