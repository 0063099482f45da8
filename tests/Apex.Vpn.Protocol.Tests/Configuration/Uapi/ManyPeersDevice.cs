using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>A device with many peers, all made beforehand, so that what is allocated during a conversation is the conversation's.</summary>
internal sealed class ManyPeersDevice : IDeviceControl
{
    private readonly PeerStatus[] _peers;

    public ManyPeersDevice(int count)
    {
        _peers = new PeerStatus[count];
        byte[] key = new byte[32];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(key, i);
            _peers[i] = new PeerStatus
            {
                PublicKey = new PublicKey(key),
                Endpoint = UdpEndpoint.FromIPv4(0x0A000000u + (uint)i, 51820),
                AllowedIps = [IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd00::/64")],
                ReceivedBytes = i,
            };
        }
    }

    /// <summary>How many peers were read so far.</summary>
    public int Read { get; private set; }

    /// <summary>The peers in the change that was applied last, and the prefixes in it.</summary>
    public (int Peers, int Prefixes) Applied { get; private set; }

    public ValueTask ApplyAsync(DeviceUpdate update, CancellationToken cancellationToken)
    {
        Applied = (update.Peers.Count, update.Peers.Sum(static peer => peer.AllowedIps.Count));
        return ValueTask.CompletedTask;
    }

    public ValueTask<DeviceStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        new(new DeviceStatus { PeerCount = _peers.Length });

    public bool TryCopyPrivateKey(Span<byte> destination) => false;

    public bool TryCopyPresharedKey(PublicKey peer, Span<byte> destination)
    {
        destination.Clear();
        return true;
    }

    public async IAsyncEnumerable<PeerStatus> ReadPeersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (PeerStatus peer in _peers)
        {
            Read++;
            yield return peer;
        }
    }
}
