using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol.Transports.InMemory;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>A network in memory: hosts with addresses, and between each two of them loss, latency, reordering and duplication as wished.
/// For tests, samples and simulations.</summary>
/// <remarks>
/// <para>All members may be called from any thread. What happens is decided by the seed and the order of the sends, so a simulation that
/// sends from one thread, on a <see cref="TimeProvider"/> of its own, repeats itself.</para>
/// <para>Without latency a datagram is delivered by the thread that sends it, and nothing is allocated for it.</para>
/// </remarks>
[Experimental(ApexDiagnostics.DataPath)]
public sealed class InMemoryNetwork : IDisposable
{
    private const ushort FirstDynamicPort = 49152;

    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly DelayLine _delayed;
    private readonly Dictionary<UdpEndpoint, InMemoryUdpTransport> _owners = [];
    private readonly Dictionary<(InMemoryUdpTransport, InMemoryUdpTransport), NetworkConditions> _links = [];
    private NetworkConditions _conditions = NetworkConditions.Perfect;
    private int _nextPort = FirstDynamicPort;

    /// <summary>Makes a network without hosts.</summary>
    /// <param name="seed">What chance depends on.</param>
    /// <param name="timeProvider">The clock and timers of latency; the system's by default.</param>
    public InMemoryNetwork(int seed = 0, TimeProvider? timeProvider = null)
    {
        Seed = seed;
        _random = new Random(seed);
        _delayed = new DelayLine(timeProvider ?? TimeProvider.System);
    }

    /// <summary>What chance depends on: to be printed by a test that fails.</summary>
    public int Seed { get; }

    /// <summary>The conditions between all hosts for which <see cref="SetConditions"/> did not say otherwise.</summary>
    /// <value><see cref="NetworkConditions.Perfect"/> by default.</value>
    public NetworkConditions Conditions
    {
        get => Volatile.Read(ref _conditions);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _conditions, value);
        }
    }

    /// <summary>Adds a host with a transport, not open yet.</summary>
    /// <param name="addresses">Its addresses, IPv4 and IPv6. It sends from the first of a family unless a path says otherwise.</param>
    /// <exception cref="ArgumentException">There is no address.</exception>
    public InMemoryUdpTransport AddHost(params ReadOnlySpan<IPAddress> addresses) => new(this, addresses);

    /// <summary>Sets the conditions for what one host sends to another.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver. The way back has its own conditions.</param>
    /// <param name="conditions">They hold for what is sent from now on.</param>
    public void SetConditions(InMemoryUdpTransport from, InMemoryUdpTransport to, NetworkConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(conditions);
        lock (_gate)
        {
            _links[(from, to)] = conditions;
        }
    }

    /// <summary>Loses what is still on its way.</summary>
    public void Dispose() => _delayed.Dispose();

    /// <summary>Gives a transport its endpoints, all on one port, or none of them.</summary>
    /// <returns>The port.</returns>
    internal ushort Bind(InMemoryUdpTransport owner, ReadOnlySpan<UdpEndpoint> addresses, ushort port)
    {
        lock (_gate)
        {
            for (int attempts = FirstDynamicPort; port == 0 && attempts > 0; attempts--)
            {
                ushort candidate = (ushort)_nextPort;
                _nextPort = _nextPort == ushort.MaxValue ? FirstDynamicPort : _nextPort + 1;
                if (IsFree(addresses, candidate)) port = candidate;
            }

            if (port == 0 || !IsFree(addresses, port))
                throw new SocketException((int)SocketError.AddressAlreadyInUse, $"Port {port} is taken on this network.");
            foreach (UdpEndpoint address in addresses)
            {
                _owners.Add(address.WithPort(port), owner);
            }

            return port;
        }
    }

    /// <summary>Moves a transport from one endpoint to another; what is sent to the old one is lost from now on.</summary>
    internal void Rebind(InMemoryUdpTransport owner, UdpEndpoint from, UdpEndpoint to)
    {
        lock (_gate)
        {
            if (_owners.TryGetValue(to, out InMemoryUdpTransport? other) && other != owner)
                throw new SocketException((int)SocketError.AddressAlreadyInUse, $"{to} is taken on this network.");
            Release(owner, from);
            _owners[to] = owner;
        }
    }

    /// <summary>Takes an endpoint away again.</summary>
    internal void Unbind(InMemoryUdpTransport owner, UdpEndpoint endpoint)
    {
        lock (_gate)
        {
            Release(owner, endpoint);
        }
    }

    /// <summary>Sends a datagram, which may be lost, doubled and late.</summary>
    internal void Send(InMemoryUdpTransport sender, UdpEndpoint from, UdpEndpoint to, ReadOnlySpan<byte> datagram, byte trafficClass)
    {
        int copies;
        Span<TimeSpan> delays = stackalloc TimeSpan[2];
        lock (_gate)
        {
            // Nobody there counts as the default: who listens is looked up again at the end of the way.
            NetworkConditions conditions = _owners.TryGetValue(to, out InMemoryUdpTransport? receiver)
                && _links.TryGetValue((sender, receiver), out NetworkConditions? ofLink) ? ofLink : Conditions;
            copies = Happens(conditions.Loss) ? 0 : Happens(conditions.Duplication) ? 2 : 1;
            for (int i = 0; i < copies; i++)
            {
                delays[i] = conditions.Latency + (Happens(conditions.Reordering) ? conditions.ReorderingDelay : TimeSpan.Zero);
            }
        }

        foreach (TimeSpan delay in delays[..copies])
        {
            if (delay > TimeSpan.Zero)
                _delayed.Add(delay, from, to, datagram, trafficClass, Deliver);
            else
                Deliver(from, to, datagram, trafficClass);
        }
    }

    private void Deliver(UdpEndpoint from, UdpEndpoint to, ReadOnlySpan<byte> datagram, byte trafficClass)
    {
        InMemoryUdpTransport? receiver;
        lock (_gate)
        {
            if (!_owners.TryGetValue(to, out receiver)) return;
        }

        receiver.Deliver(from, to, datagram, trafficClass);
    }

    private bool IsFree(ReadOnlySpan<UdpEndpoint> addresses, ushort port)
    {
        foreach (UdpEndpoint address in addresses)
        {
            if (_owners.ContainsKey(address.WithPort(port))) return false;
        }

        return true;
    }

    private void Release(InMemoryUdpTransport owner, UdpEndpoint endpoint)
    {
        if (_owners.TryGetValue(endpoint, out InMemoryUdpTransport? current) && current == owner) _owners.Remove(endpoint);
    }

    /// <summary>Does not ask the dice where there is no chance, so that conditions that are off leave the sequence alone.</summary>
    private bool Happens(double share) => share > 0 && _random.NextDouble() < share;
}
