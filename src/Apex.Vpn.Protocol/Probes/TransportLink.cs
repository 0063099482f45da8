using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Engine.Control;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Probes;

/// <summary>Probes by way of a transport, opened and not used by a device.</summary>
internal sealed class TransportLink(IUdpTransport transport) : IProbeLink
{
    private const int Slots = 64;

    private readonly PacketBatch _sending = new(1, PacketBatch.Headroom + ProbeRequest.Size + PacketBatch.Tailroom);
    private readonly PacketBatch _received = new(Slots, 1, PacketBatch.FullStride);

    public void Send(ReadOnlySpan<byte> datagram, UdpEndpoint target)
    {
        _sending.Clear();
        ref PacketSlot slot = ref _sending.Add(datagram);
        slot.Path = new UdpPath(target);
        slot.TrafficClass = InitiationWriter.TrafficClass;
        transport.Send(_sending);
    }

    public Task ReceiveAsync(ProbeRound round, TimeProvider time, CancellationToken cancellationToken) =>
        // A thread of its own: a transport blocks until something comes, or until it is woken.
        Task.Factory.StartNew(
            () => Receive(round, time, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Receive(ProbeRound round, TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration waking = cancellationToken.Register(transport.Wake);
        while (!cancellationToken.IsCancellationRequested)
        {
            transport.Receive(_received);
            long at = time.GetTimestamp();
            foreach (ref PacketSlot slot in _received.Slots) round.Take(_received.Bytes(in slot), at);
        }
    }
}
