using System.Diagnostics.Metrics;
using Apex.Vpn.Protocol.Admission;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol;

/// <summary>How a <see cref="WireGuardDevice"/> is built. Read once, when the device is made.</summary>
/// <remarks>
/// A device's memory is bounded whatever comes from the network: what its peers' configuration takes; for each peer that was in touch, at
/// most three sessions and one handshake; packets that wait, up to <see cref="MaxStagedBytes"/>; handshake messages that wait, up to
/// <see cref="HandshakeQueueCapacity"/>; under load, 65 536 sources of handshakes that are counted.
/// A peer that was never in touch, with one prefix, takes about 240 bytes.
/// </remarks>
public sealed class WireGuardDeviceOptions
{
    /// <summary>The name in metrics, events and thread names.</summary>
    /// <value>Null by default: the TUN's name.</value>
    public string? Name { get; init; }

    /// <summary>Which implementation of ChaCha20-Poly1305 to use.</summary>
    /// <value><see cref="AeadChoice.Automatic"/> by default: the fastest that passes its self-test.</value>
    public AeadChoice Aead { get; init; }

    /// <summary>Is told what the device does.</summary>
    /// <value>Null by default.</value>
    public DeviceObserver? Observer { get; init; }

    /// <summary>Decides about inner packets.</summary>
    /// <value>Null by default: all pass.</value>
    public IPacketFilter? Filter { get; init; }

    /// <summary>Makes the device hear what its nodes tell their clients (<see cref="WireGuardDevice.Notices"/>).</summary>
    /// <value>Null by default: no packet is looked at for it, and none is sent.</value>
    public NoticeClientOptions? NoticeClient { get; init; }

    /// <summary>Makes the device able to tell its clients something (<see cref="WireGuardDevice.Notices"/>).</summary>
    /// <value>Null by default: no packet is looked at for it, and none is sent.</value>
    public NoticeNodeOptions? NoticeNode { get; init; }

    /// <summary>Lets in peers that nobody configured, just in time, when an authorizer says so.</summary>
    /// <value>Null by default: only configured peers are answered.</value>
    public AdmissionOptions? Admission { get; init; }

    /// <summary>How many threads carry packets.</summary>
    /// <value><see cref="DataThreads.Automatic"/> by default.</value>
    public DataThreads DataThreads { get; init; }

    /// <summary>The clock. Its timestamps must go on while the machine sleeps.</summary>
    /// <value><see cref="SuspendAwareTimeProvider.Instance"/> by default.</value>
    public TimeProvider TimeProvider { get; init; } = SuspendAwareTimeProvider.Instance;

    /// <summary>Makes the meter.</summary>
    /// <value>Null by default: the device makes one of its own.</value>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>How many bytes of packets may wait for handshakes, over all peers.</summary>
    /// <value>16 MiB by default; at least 64 KiB.</value>
    /// <remarks>
    /// A peer may hold 128 packets, and as many bytes as are left for all others: half when it waits alone, less when others wait too. Then
    /// its own oldest packets make room. Handshakes draw nothing from this memory.
    /// </remarks>
    public long MaxStagedBytes { get; init; } = 16 << 20;

    /// <summary>
    /// How many handshake messages may wait for the control worker in each of two lanes: known senders', who have a session, and all others'.
    /// From an eighth of it on, a lane is under load and its senders need cookies (WG 5.3). Takes about 250 bytes each, twice.
    /// </summary>
    /// <value>1024 by default; at least 8.</value>
    /// <remarks>Room for them is set aside when the device is made, so that nothing else can take it.</remarks>
    public int HandshakeQueueCapacity { get; init; } = 1024;
}
