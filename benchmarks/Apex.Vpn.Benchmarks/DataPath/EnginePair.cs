using System.Net;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.DataPath;

/// <summary>Two engines with a session between them; the first is 10.0.0.1 inside, the other 10.0.0.2. No sockets, no clock.</summary>
internal sealed class EnginePair : IDisposable
{
    private readonly End _left, _right;

    internal EnginePair()
    {
        _left = new End(1);
        _right = new End(2);
        _left.Add(_right);
        _right.Add(_left);
        var batch = new PacketBatch(TcpRead.Slots, places: 1, TcpRead.SlabBytes);
        TcpRead.Split(TcpRead.Make(), batch);
        Seal(batch); // asks for a session
        for (int turn = 0; turn < 4; turn++)
        {
            _left.Step(_right, Now);
            _right.Step(_left, Now);
        }
    }

    internal Instant Now { get; } = new(1_000_000_000_000);

    internal void Seal(PacketBatch batch) => _left.Engine.Outbound.Process(batch, _left.Sender, Now);

    internal void Open(PacketBatch batch) => _right.Engine.Inbound.Process(batch, _right.Receiver, Now);

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    private sealed class End : IDisposable
    {
        private readonly PrivateKey _key = PrivateKey.Generate();
        private readonly PacketBatch _control = WireGuardEngine.CreateControlBatch();
        private readonly int _number;

        internal End(int number)
        {
            _number = number;
            Engine = new WireGuardEngine(new EngineOptions
            {
                Aead = AeadProviders.Select(AeadChoice.Automatic),
                Random = SecureRandom.Shared,
            });
            Engine.Context.Mtu = 1420;
            Engine.AnchorWallClock(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000, new Instant(1_000_000_000_000));
            Engine.SetPrivateKey(_key);
            Engine.Up();
            Sender = Engine.CreateWorker(TcpRead.Slots);
            Receiver = Engine.CreateWorker(TcpRead.Slots);
        }

        internal WireGuardEngine Engine { get; }

        internal Worker Sender { get; }

        internal Worker Receiver { get; }

        private UdpEndpoint Address => UdpEndpoint.FromIPv4(0xC0000200 + (uint)_number, 51820);

        internal void Add(End other) => Engine.ApplyPeers(
        [
            new PeerUpdate(other._key.DerivePublicKey())
            {
                Endpoint = other.Address,
                AllowedIps = { AllowedIpChange.Add(IPNetwork.Parse($"10.0.0.{other._number}/32")) },
            },
        ]);

        /// <summary>Does what is due and carries what comes of it.</summary>
        internal void Step(End other, Instant now)
        {
            bool more;
            do
            {
                more = Engine.Step(now, _control);
                Engine.AfterSend(_control, _control.Count);
                foreach (ref PacketSlot slot in _control.Slots) slot.Path = new UdpPath(Address);
                other.Engine.Inbound.Process(_control, other.Receiver, now);
            }
            while (more);
        }

        public void Dispose()
        {
            Sender.Dispose();
            Receiver.Dispose();
            Engine.Dispose();
        }
    }
}
