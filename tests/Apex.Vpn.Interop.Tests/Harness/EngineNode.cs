using System.Net;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>Our engine in this process, its TUN and sockets in a namespace: for what <c>apex-wg</c> has no options for.</summary>
[SupportedOSPlatform("linux")]
internal sealed class EngineNode : IAsyncDisposable
{
    private readonly PrivateKey _key;

    private EngineNode(WireGuardDevice device, PrivateKey key) => (Device, _key) = (device, key);

    public WireGuardDevice Device { get; }

    public string PublicKey => _key.DerivePublicKey().ToBase64();

    /// <summary>Makes a device that listens on a port, with an address inside and one peer, or none.</summary>
    public static async Task<EngineNode> Create(
        NetNamespace net, ushort port, string inner, string? peerKey, string peerIp, WireGuardDeviceOptions options)
    {
        EngineNode node = await net.Make(() =>
        {
            var key = PrivateKey.Generate();
            return new EngineNode(new WireGuardDevice(LinuxTun.Open(Names.Next("node")), new LinuxUdpTransport(), options), key);
        });
        var update = new DeviceUpdate { PrivateKey = node._key, ListenPort = port };
        if (peerKey is not null)
            update.Peers.Add(new PeerUpdate(Protocol.PublicKey.Parse(peerKey)) { AllowedIps = { AllowedIpChange.Add(IPNetwork.Parse(peerIp + "/32")) } });
        await node.Device.ApplyAsync(update);
        await net.AddAddress(node.Device.Name, inner + "/24");
        await net.Ip($"link set {node.Device.Name} mtu 1420 up");
        // Sockets belong to the namespace of the thread that opens them.
        await net.Make(() =>
        {
            node.Device.Up();
            return node;
        });
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await Device.DisposeAsync();
        _key.Dispose();
    }
}
