using System.Net;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Fuzz.Rig;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>
/// Whole devices, threads and all, between a TUN and a network that refuse things now and then: what the shell drops by itself. Afterwards
/// packets still pass.
/// </summary>
internal sealed class ShellFuzzer : Fuzzer
{
    private const string LeftAddress = "10.0.0.1", RightAddress = "10.0.0.2";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FuzzDice _dice;
    private readonly InMemoryNetwork _network = new();
    private readonly InMemoryTun _leftTun = new("left"), _rightTun = new("right");
    private readonly WireGuardDevice _left, _right;
    private readonly BalkyTransport _transport;
    private readonly byte[] _buffer = new byte[PacketBatch.MaxPacket];
    private byte[] _packet = [];
    private ulong _pings;

    internal ShellFuzzer(ulong seed)
    {
        _dice = new FuzzDice(seed);
        _transport = new BalkyTransport(_network.AddHost(IPAddress.Parse("192.0.2.2")));
        _left = new WireGuardDevice(_leftTun, _network.AddHost(IPAddress.Parse("192.0.2.1")));
        _right = new WireGuardDevice(new BalkyTun(_rightTun), _transport);
        using PrivateKey left = PrivateKey.Generate(), right = PrivateKey.Generate();
        Configure(_left, left, right, RightAddress, "192.0.2.2:2000", 1000);
        Configure(_right, right, left, LeftAddress, "192.0.2.1:1000", 2000);
        Check(); // a session, before anything of a handshake is refused and tried again seconds later
    }

    internal override string LastInput => Convert.ToHexString(_packet);

    internal override void Feed()
    {
        _packet = new byte[_dice.Between(256, _dice.OneIn(8) ? PacketBatch.MaxPacket : 1500)];
        int length = InnerPackets.Write(_dice, _packet, [[10, 0, 0, 2], [10, 0, 0, 9]], [[10, 0, 0, 1], [10, 0, 0, 3]]);
        _rightTun.Inject(_packet.AsSpan(0, Math.Max(1, length)));
        _transport.RefuseNext();
        Check();
    }

    internal override void Check()
    {
        using var patience = new CancellationTokenSource(Patience);
        long truncated = _right.CountDropped(DropReason.Truncated);
        _transport.Truncate();
        // Every second packet is refused by the TUN, so one of a few gets through; sending again wakes whoever waits.
        byte[] ping = InnerPackets.Ping(LeftAddress, RightAddress, ++_pings);
        while (true)
        {
            _leftTun.Inject(ping);
            if (TryTake(ping, patience.Token) && _right.CountDropped(DropReason.Truncated) > truncated) return;
            FuzzException.Require(!patience.IsCancellationRequested, "Nothing passes between the devices.");
        }
    }

    internal override void Finish(FuzzTally tally)
    {
        for (var reason = DropReason.None + 1; (int)reason < DropReasonNames.Count; reason++) tally.Add(reason, _right.CountDropped(reason));
        FuzzException.Require(!_left.Completion.IsCompleted && !_right.Completion.IsCompleted, "A device ended by itself.");
    }

    public override void Dispose()
    {
        // A device's end does not wait for anything asynchronous.
        _left.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _right.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _network.Dispose();
    }

    private static void Configure(WireGuardDevice device, PrivateKey own, PrivateKey other, string address, string endpoint, ushort port)
    {
        var update = new DeviceUpdate { PrivateKey = own, ListenPort = port };
        update.Peers.Add(Scene.Link(other.DerivePublicKey(), UdpEndpoint.From(IPEndPoint.Parse(endpoint)), null, address));
        device.ApplyAsync(update).AsTask().GetAwaiter().GetResult();
        device.Up();
    }

    /// <summary>Waits a moment for a packet; others on the way are passed over.</summary>
    private bool TryTake(byte[] wanted, CancellationToken patience)
    {
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(patience);
        moment.CancelAfter(TimeSpan.FromMilliseconds(5));
        try
        {
            while (true)
            {
                int length = _rightTun.Take(_buffer, moment.Token);
                if (_buffer.AsSpan(0, length).SequenceEqual(wanted)) return true;
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Refuses every second packet.</summary>
    private sealed class BalkyTun(InMemoryTun inner) : ITunDevice
    {
        private int _written;

        public string Name => inner.Name;

        public int Mtu => inner.Mtu;

        public int Read(PacketBatch batch) => inner.Read(batch);

        public int Write(PacketBatch batch)
        {
            foreach (ref PacketSlot slot in batch.Slots)
            {
                if (slot.Length != 0 && ++_written % 2 == 0) slot.Length = 0;
            }
            return inner.Write(batch);
        }

        public void Wake() => inner.Wake();

        public void Dispose() => inner.Dispose();
    }

    /// <summary>Refuses to send when told to, and tells of datagrams that were too long.</summary>
    private sealed class BalkyTransport(InMemoryUdpTransport inner) : IUdpTransport
    {
        private int _refuses;
        private long _truncated;

        public long TruncatedDatagrams => inner.TruncatedDatagrams + Interlocked.Read(ref _truncated);

        public event Action? RoutesChanged
        {
            add => inner.RoutesChanged += value;
            remove => inner.RoutesChanged -= value;
        }

        internal void RefuseNext() => Volatile.Write(ref _refuses, 1);

        internal void Truncate() => Interlocked.Increment(ref _truncated);

        public ushort Open(ushort port) => inner.Open(port);

        public void Close() => inner.Close();

        public void SetMark(uint mark) => inner.SetMark(mark);

        public int Receive(PacketBatch batch) => inner.Receive(batch);

        public int Send(PacketBatch batch) => batch.Count != 0 && Interlocked.Exchange(ref _refuses, 0) != 0 ? 0 : inner.Send(batch);

        public void Wake() => inner.Wake();

        public void Dispose() => inner.Dispose();
    }
}
