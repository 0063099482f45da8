using System.Runtime.CompilerServices;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>A device that holds its state in plain lists and follows the rules of changes as a real one has to.</summary>
internal sealed class FakeDevice : IDeviceControl
{
    private readonly Lock _lock = new();

    public byte[] PrivateKey { get; private set; } = new byte[32];

    public ushort ListenPort { get; private set; }

    public uint FirewallMark { get; private set; }

    public List<FakePeer> Peers { get; } = [];

    /// <summary>The changes that were applied.</summary>
    public List<DeviceUpdate> Applied { get; } = [];

    /// <summary>Thrown by the next calls instead of doing anything.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Called after each peer that is read.</summary>
    public Action<FakePeer>? PeerRead { get; set; }

    public ValueTask ApplyAsync(DeviceUpdate update, CancellationToken cancellationToken)
    {
        Apply(update);
        return ValueTask.CompletedTask;
    }

    public void Apply(DeviceUpdate update)
    {
        if (Failure is not null) throw Failure;
        lock (_lock)
        {
            Applied.Add(update);
            ListenPort = update.ListenPort ?? ListenPort;
            FirewallMark = update.FirewallMark ?? FirewallMark;
            if (update.PrivateKey is { } key) key.CopyTo(PrivateKey);
            if (PublicKey is { } own) Peers.RemoveAll(peer => peer.PublicKey == own);
            if (update.ReplacePeers) Peers.Clear();
            foreach (PeerUpdate change in update.Peers) Apply(change);
        }
    }

    public ValueTask<DeviceStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        if (Failure is not null) throw Failure;
        return new(new DeviceStatus
        {
            PublicKey = PublicKey,
            ListenPort = ListenPort,
            FirewallMark = FirewallMark,
            PeerCount = Peers.Count,
        });
    }

    public bool TryCopyPrivateKey(Span<byte> destination)
    {
        PrivateKey.CopyTo(destination);
        return PublicKey is not null;
    }

    public bool TryCopyPresharedKey(PublicKey peer, Span<byte> destination)
    {
        if (Find(peer) is not { } found) return false;
        found.PresharedKey.CopyTo(destination);
        return true;
    }

    public async IAsyncEnumerable<PeerStatus> ReadPeersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (FakePeer peer in Peers.ToArray())
        {
            yield return peer.Status();
            PeerRead?.Invoke(peer);
        }
    }

    private PublicKey? PublicKey
    {
        get
        {
            using var key = new PrivateKey(PrivateKey);
            return key.IsZero ? null : key.DerivePublicKey();
        }
    }

    private FakePeer? Find(PublicKey key) => Peers.Find(peer => peer.PublicKey == key);

    private void Apply(PeerUpdate change)
    {
        FakePeer? peer = Find(change.PublicKey);
        if (change.Remove)
        {
            if (peer is not null) Peers.Remove(peer);
            return;
        }
        if (change.PublicKey == PublicKey || (peer is null && change.UpdateOnly)) return;
        if (peer is null) Peers.Add(peer = new FakePeer(change.PublicKey));
        change.PresharedKey?.CopyTo(peer.PresharedKey);
        peer.Endpoint = change.Endpoint ?? peer.Endpoint;
        peer.PersistentKeepalive = change.PersistentKeepalive ?? peer.PersistentKeepalive;
        foreach (AllowedIpChange step in change.AllowedIps)
        {
            switch (step.Action)
            {
                case AllowedIpAction.Clear:
                    peer.AllowedIps.Clear();
                    break;
                case AllowedIpAction.Remove:
                    peer.AllowedIps.Remove(step.Prefix);
                    break;
                default:
                    foreach (FakePeer other in Peers) other.AllowedIps.Remove(step.Prefix);
                    peer.AllowedIps.Add(step.Prefix);
                    break;
            }
        }
    }
}
