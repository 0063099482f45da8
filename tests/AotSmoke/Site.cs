using System.Net;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.AotSmoke;

/// <summary>A device on loopback UDP with a TUN in memory, whose inner address is 10.0.0.x.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly InMemoryTun _tun;
    private readonly WireGuardDevice _device;
    private readonly byte _number;

    internal Site(string name, byte number, IPacketFilter? filter)
    {
        _number = number;
        _tun = new InMemoryTun(name);
        _device = new WireGuardDevice(_tun, UdpTransport.Create(), new WireGuardDeviceOptions { Filter = filter });
        _device.Up();
    }

    internal async Task MeetAsync(Site other)
    {
        DeviceStatus status = await other._device.GetStatusAsync();
        await _device.ApplyAsync(new DeviceUpdate
        {
            PrivateKey = _key,
            Peers =
            {
                new PeerUpdate(other._key.DerivePublicKey())
                {
                    Endpoint = UdpEndpoint.From(new IPEndPoint(IPAddress.Loopback, status.ListenPort)),
                    AllowedIps = { AllowedIpChange.Add(IPNetwork.Parse($"10.0.0.{other._number}/32")) },
                },
            },
        });
    }

    internal void Send(byte[] packet) => _tun.Inject(packet);

    internal byte[] Receive(CancellationToken cancellationToken)
    {
        byte[] packet = new byte[65535];
        return packet[.._tun.Take(packet, cancellationToken)];
    }

    /// <summary>An IPv4 packet of 1000 bytes with a protocol for experiments (RFC 3692).</summary>
    internal static byte[] Packet(byte from, byte to)
    {
        byte[] packet = new byte[1000];
        (packet[0], packet[2], packet[3], packet[8], packet[9]) = (0x45, 1000 >> 8, 1000 & 255, 64, 253);
        (packet[12], packet[15], packet[16], packet[19]) = (10, from, 10, to);
        for (int i = 20; i < packet.Length; i++) packet[i] = (byte)(i * 31);
        return packet;
    }

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync();
        _key.Dispose();
    }
}
