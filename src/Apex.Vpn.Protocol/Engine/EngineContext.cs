using System.Collections.Concurrent;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Noise;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Engine.Sessions;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>
/// What the workers of one device share.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>part</term><description>written by; read by</description></listheader>
/// <item><term><see cref="Peers"/>, <see cref="Wheel"/></term><description>control; control</description></item>
/// <item><term><see cref="Identities"/></term><description>control; control, and receiving workers, which only check mac1 with them: their keys
/// for that never change and are never erased</description></item>
/// <item><term><see cref="Indices"/>, <see cref="AllowedIps"/>, <see cref="HandshakeGate.Known"/></term><description>control, published by volatile writes; all, without locks</description></item>
/// <item><term><see cref="HandshakeGate.Probes"/></term><description>control replaces keys, receiving workers check with them; whoever fitted
/// keys that were replaced is refused by control</description></item>
/// <item><term><see cref="Handshakes"/></term><description>receiving workers put in, control takes out; each lane under its lock</description></item>
/// <item><term><see cref="Attention"/>, <see cref="Fallen"/></term><description>any puts in, control takes out; lock-free</description></item>
/// <item><term><see cref="Admission.PeerAdmission.Inbox"/>, <see cref="Admission.LookupTable.Waiting"/></term><description>any puts in and control
/// takes out; control puts in and any takes out; lock-free. All else of the admission of peers: control; control</description></item>
/// <item><term><see cref="Keys"/></term><description>rented and returned by control; read by all workers that are online in <see cref="Quiescence"/></description></item>
/// <item><term><see cref="Notices"/></term><description>see there</description></item>
/// <item><term><see cref="Mtu"/></term><description>the sending worker; all</description></item>
/// <item><term>everything of one <see cref="Worker"/></term><description>that worker alone; counters are read by anybody</description></item>
/// </list>
/// </remarks>
internal sealed class EngineContext : IDisposable
{
    private int _mtu;

    internal EngineContext(EngineOptions options)
    {
        Aead = options.Aead;
        Random = options.Random;
        Peers = new PeerTable(options.Random);
        Events = new EngineEvents(options.Observer);
        Filter = options.Filter;
        Handshakes = new HandshakeLanes(options.HandshakeQueueCapacity);
        Gate = new HandshakeGate(this);
        Staging = new StagingBudget(options.StagingBytes);
        WakeControl = options.WakeControl;
        Attention = new AttentionQueue(options.WakeControl);
        if (options.NoticeClient is not null || options.NoticeNode is not null)
            Notices = new NoticeTap(this, options.NoticeClient, options.NoticeNode);
    }

    internal AeadProvider Aead { get; }

    internal EngineRandom Random { get; }

    internal EngineEvents Events { get; }

    internal IPacketFilter? Filter { get; }

    internal Action WakeControl { get; }

    internal PeerTable Peers { get; }

    internal IdentitySet Identities { get; } = new();

    internal IndexTable Indices { get; } = new();

    internal AllowedIpTable<Peer> AllowedIps { get; } = new();

    internal DeadlineWheel Wheel { get; } = new();

    internal HandshakeLanes Handshakes { get; }

    /// <summary>Decides on receiving workers what gets into which lane.</summary>
    internal HandshakeGate Gate { get; }

    internal AttentionQueue Attention { get; }

    /// <summary>Keypairs that fell out of their slots on a receiving worker.</summary>
    internal ConcurrentQueue<Keypair> Fallen { get; } = new();

    /// <summary>Session keys, preshared keys and static-static secrets.</summary>
    internal SecretSlab Keys { get; } = new();

    /// <summary>Symmetric states and ephemeral keys of initiations that wait for their response.</summary>
    internal SecretSlab HandshakeSecrets { get; } = new(PendingHandshake.SecretSize);

    internal Quiescence Quiescence { get; } = new();

    internal StagingBudget Staging { get; }

    /// <summary>Takes notices out of the stream on receiving workers; null when the device neither hears nor sends any.</summary>
    internal NoticeTap? Notices { get; }

    internal DeviceCounters Counters { get; } = new();

    /// <summary>The TUN's MTU, as far as known; 0 while unknown.</summary>
    internal int Mtu
    {
        get => Volatile.Read(ref _mtu);
        set => Volatile.Write(ref _mtu, value);
    }

    public void Dispose()
    {
        Identities.Dispose();
        Gate.Probes.Dispose();
        Keys.Dispose();
        HandshakeSecrets.Dispose();
    }
}
