using System.Diagnostics.CodeAnalysis;
using System.Net;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports.InMemory;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>A host on an <see cref="InMemoryNetwork"/>: its addresses, and its UDP.</summary>
/// <remarks>Thread safety is that of <see cref="IUdpTransport"/>; the members that change addresses may be called from any thread.
/// Received datagrams wait in a queue of bounded size; what does not fit is lost.</remarks>
[Experimental(ApexDiagnostics.DataPath)]
public sealed class InMemoryUdpTransport : IUdpTransport
{
    private const int QueueBytes = 4 << 20;
    private const int QueueDatagrams = 8192;

    /// <summary>The longest UDP payload over IPv4 (RFC 768, RFC 791).</summary>
    private const int MaxDatagram = 65507;

    private readonly InMemoryNetwork _network;
    private readonly object _gate = new();
    private readonly PacketRing<Arrival> _arrived = new(QueueDatagrams, QueueBytes);
    private readonly List<Binding> _bindings = [];
    private ushort _port;
    private bool _open;
    private bool _woken;
    private bool _disposed;
    private long _truncated;

    internal InMemoryUdpTransport(InMemoryNetwork network, ReadOnlySpan<IPAddress> addresses)
    {
        if (addresses.IsEmpty) throw new ArgumentException("A host has at least one address.", nameof(addresses));
        _network = network;
        foreach (IPAddress address in addresses)
        {
            UdpEndpoint own = AddressOf(address);
            _bindings.Add(new Binding(own, own));
        }
    }

    /// <inheritdoc/>
    /// <remarks>Raised by <see cref="ChangeAddress"/>, on its thread.</remarks>
    public event Action? RoutesChanged;

    /// <inheritdoc/>
    public long TruncatedDatagrams => Volatile.Read(ref _truncated);

    /// <inheritdoc/>
    public ushort Open(ushort port)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Unbind();
            Span<UdpEndpoint> addresses = new UdpEndpoint[_bindings.Count];
            for (int i = 0; i < addresses.Length; i++)
            {
                addresses[i] = _bindings[i].Own;
            }

            _port = _network.Bind(this, addresses, port);
            for (int i = 0; i < addresses.Length; i++)
            {
                _bindings[i] = _bindings[i] with { Public = addresses[i].WithPort(_port) };
            }

            _open = true;
            return _port;
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_gate)
        {
            Unbind();
        }
    }

    /// <summary>Accepted without an effect: a network in memory has no routing rules that could ask for a mark.</summary>
    /// <param name="mark">Any.</param>
    public void SetMark(uint mark) { }

    /// <summary>The host loses one of its addresses and gets another, as when a phone goes from one network to the next.</summary>
    /// <param name="oldAddress">One of its addresses.</param>
    /// <param name="newAddress">The one that takes its place, with the same port.</param>
    /// <exception cref="ArgumentException">The host does not have the old address, or the new one is of another family.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The new address is taken on the port.</exception>
    public void ChangeAddress(IPAddress oldAddress, IPAddress newAddress)
    {
        UdpEndpoint from = AddressOf(oldAddress), to = AddressOf(newAddress);
        lock (_gate)
        {
            int index = IndexOf(from);
            Move(index, to.WithPort(_port));
            _bindings[index] = _bindings[index] with { Own = to };
        }

        RoutesChanged?.Invoke();
    }

    /// <summary>A NAT in front of the host gives it another public endpoint, of which the host itself learns nothing: what it sends comes
    /// from there, and what is sent to the old one is lost.</summary>
    /// <param name="address">One of the host's addresses.</param>
    /// <param name="publicEndpoint">The endpoint that others see from now on, until the transport is opened anew.</param>
    /// <exception cref="ArgumentException">The host does not have the address, or the endpoint is of another family.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The endpoint is taken.</exception>
    public void Rebind(IPAddress address, UdpEndpoint publicEndpoint)
    {
        UdpEndpoint own = AddressOf(address);
        lock (_gate)
        {
            Move(IndexOf(own), publicEndpoint);
        }
    }

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        lock (_gate)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_woken)
                {
                    _woken = false;
                    return 0;
                }

                while (_arrived.Count > 0 && batch.Count < batch.Places)
                {
                    Take(batch);
                }

                if (batch.Count > 0) return batch.Count;
                Monitor.Wait(_gate);
            }
        }
    }

    /// <inheritdoc/>
    public int Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int taken = 0;
        foreach (ref PacketSlot slot in batch.Slots)
        {
            slot.SourceRejected = false;
            if (slot.Length > 0 && SendSlot(batch.Bytes(slot), ref slot)) taken++;
        }

        return taken;
    }

    /// <inheritdoc/>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes the host off the network. A blocked <see cref="Receive"/> throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Unbind();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The network hands over a datagram.</summary>
    internal void Deliver(UdpEndpoint from, UdpEndpoint to, ReadOnlySpan<byte> datagram, byte trafficClass)
    {
        lock (_gate)
        {
            foreach (Binding binding in _bindings)
            {
                if (!_open || binding.Public != to) continue;
                bool taken = _arrived.TryAdd(datagram, new Arrival(new UdpPath(from, binding.Own.AddressBits), trafficClass));
                if (taken && _arrived.Count == 1) Monitor.PulseAll(_gate);
                return;
            }
        }
    }

    private void Take(PacketBatch batch)
    {
        if (_arrived.NextLength > batch.Stride)
        {
            _arrived.Drop();
            _truncated++;
            return;
        }

        int offset = batch.Count * batch.Stride;
        int length = _arrived.Take(batch.Slab[offset..], out Arrival arrival);
        if (length == 0) return;
        ref PacketSlot slot = ref batch.Add();
        slot.Offset = offset;
        slot.Length = length;
        slot.Path = arrival.Path;
        slot.TrafficClass = arrival.TrafficClass;
    }

    private bool SendSlot(ReadOnlySpan<byte> bytes, ref PacketSlot slot)
    {
        UdpEndpoint from = SourceOf(slot.Path, out bool rejected);
        slot.SourceRejected = rejected;
        if (from.IsNone) return false;
        if (bytes.Length > MaxDatagram) return false;
        _network.Send(this, from, slot.Path.Remote, bytes, slot.TrafficClass);
        return true;
    }

    /// <summary>The endpoint that a datagram comes from: that of the address the path asks for, or of the first of the family.</summary>
    private UdpEndpoint SourceOf(in UdpPath path, out bool rejected)
    {
        rejected = false;
        UdpEndpoint first = default;
        lock (_gate)
        {
            if (!_open) return default;
            foreach (Binding binding in _bindings)
            {
                if (binding.Own.IsIPv4 != path.Remote.IsIPv4 || path.Remote.IsNone) continue;
                if (binding.Own.AddressBits == path.LocalAddress) return binding.Public;
                if (first.IsNone) first = binding.Public;
            }
        }

        rejected = path.LocalAddress != 0 && !first.IsNone;
        return first;
    }

    private int IndexOf(UdpEndpoint address)
    {
        int index = _bindings.FindIndex(binding => binding.Own == address);
        return index >= 0 ? index : throw new ArgumentException("The host does not have this address.", nameof(address));
    }

    private void Move(int index, UdpEndpoint endpoint)
    {
        if (endpoint.IsIPv4 != _bindings[index].Own.IsIPv4)
            throw new ArgumentException("The address family cannot change.", nameof(endpoint));
        if (_open) _network.Rebind(this, _bindings[index].Public, endpoint);
        _bindings[index] = _bindings[index] with { Public = endpoint };
    }

    private void Unbind()
    {
        if (!_open) return;
        _open = false;
        foreach (Binding binding in _bindings)
        {
            _network.Unbind(this, binding.Public);
        }

        while (_arrived.Count > 0)
        {
            _arrived.Drop();
        }
    }

    private static UdpEndpoint AddressOf(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return UdpEndpoint.From(new IPEndPoint(address, 0));
    }

    /// <summary>An address of the host's own, and the endpoint that others see for it.</summary>
    private readonly record struct Binding(UdpEndpoint Own, UdpEndpoint Public);

    private readonly record struct Arrival(UdpPath Path, byte TrafficClass);
}
