using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>Watches the UDP datagrams on a link, both ways, from its creation on.</summary>
internal sealed class Capture : IAsyncDisposable
{
    private const ushort AllProtocols = 3;
    private const int EthernetHeader = 14;
    private readonly Socket _socket;
    private readonly int _linkHeader;
    private readonly Task _reading;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<UdpPacket> _packets = [];
    private readonly List<(Func<UdpPacket, bool> Wanted, TaskCompletionSource<UdpPacket> Found)> _waiters = [];
    private readonly Lock _gate = new();

    private Capture(Socket socket, int linkHeader)
    {
        _socket = socket;
        _linkHeader = linkHeader;
        _reading = Read();
    }

    /// <summary>The time since the capture began.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>What was seen so far.</summary>
    public IReadOnlyList<UdpPacket> Packets
    {
        get
        {
            lock (_gate) return [.. _packets];
        }
    }

    /// <summary>Begins to watch a link.</summary>
    public static async Task<Capture> Start(NetNamespace net, string link)
    {
        var shown = await net.Ip($"-o link show dev {link}");
        var index = int.Parse(shown.Split(':')[0], CultureInfo.InvariantCulture);
        var socket = await net.Make(() =>
        {
            var protocol = BinaryPrimitives.ReverseEndianness(AllProtocols);
            var opened = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)protocol) { ReceiveBufferSize = 4 << 20 };
            opened.Bind(new LinkEndPoint(index));
            return opened;
        });
        return new(socket, shown.Contains("link/ether", StringComparison.Ordinal) ? EthernetHeader : 0);
    }

    /// <summary>The first datagram, of those seen and those to come, that is wanted.</summary>
    public async Task<UdpPacket> WaitFor(string what, Func<UdpPacket, bool> wanted, TimeSpan? deadline = null)
    {
        TaskCompletionSource<UdpPacket> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_packets.Find(packet => wanted(packet)) is { } seen) return seen;
            _waiters.Add((wanted, found));
        }

        try
        {
            return await found.Task.WaitAsync(deadline ?? Poll.DefaultDeadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain for {what} on the link; seen:\n{this}");
        }
    }

    /// <summary>The first datagram to come, after those seen so far, that is wanted.</summary>
    public Task<UdpPacket> WaitForNext(string what, Func<UdpPacket, bool> wanted, TimeSpan? deadline = null)
    {
        var now = Elapsed;
        return WaitFor(what, packet => packet.At > now && wanted(packet), deadline);
    }

    /// <summary>The datagrams seen, one a line.</summary>
    public override string ToString() => string.Join('\n', Packets.TakeLast(200).Select(static packet => string.Create(
        CultureInfo.InvariantCulture,
        $"{packet.At.TotalSeconds,8:F3} {packet.Source}:{packet.SourcePort} > {packet.Destination}:{packet.DestinationPort} type {packet.Type} tos {packet.TrafficClass:x2} length {packet.Payload.Length}")));

    /// <summary>Stops watching.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
    }

    private async Task Read()
    {
        var buffer = new byte[1 << 17];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer);
                if (length > _linkHeader && UdpPacket.Parse(Elapsed, buffer.AsSpan(_linkHeader, length - _linkHeader)) is { } packet) Add(packet);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException or OperationCanceledException)
        {
            // The link or the capture is gone.
        }
    }

    private void Add(UdpPacket packet)
    {
        lock (_gate)
        {
            _packets.Add(packet);
            foreach (var (_, found) in _waiters.Where(waiter => waiter.Wanted(packet))) found.TrySetResult(packet);
        }
    }

    /// <summary>A <c>sockaddr_ll</c> of a link, all protocols.</summary>
    private sealed class LinkEndPoint(int index) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, 20);
            BinaryPrimitives.WriteUInt16BigEndian(address.Buffer.Span[2..], AllProtocols);
            BinaryPrimitives.WriteInt32LittleEndian(address.Buffer.Span[4..], index);
            return address;
        }
    }
}
