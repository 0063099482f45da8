using System.Net;
using System.Net.Sockets;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Reads the devices out of a server's <c>wg0.conf</c>: what a migration needs, and no secret.</summary>
/// <remarks>
/// The private key and preshared keys in the file are erased when this returns; nothing here holds them. A city's profile identity can be
/// made from the old key only by its owner, who reads the file for that purpose.
/// </remarks>
public sealed class DeviceImport
{
    private DeviceImport(PublicKey? server, IReadOnlyList<ImportedDevice> devices) => (Server, Devices) = (server, devices);

    /// <summary>The public key of the server; null when the file has no private key.</summary>
    public PublicKey? Server { get; }

    /// <summary>The devices, in the order of the file, those with a problem among them.</summary>
    public IReadOnlyList<ImportedDevice> Devices { get; }

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text; the caller answers for erasing it.</param>
    /// <exception cref="ConfigurationException">It is no such file; the message lists the errors and repeats nothing of the
    /// text.</exception>
    public static DeviceImport Read(ReadOnlySpan<char> text)
    {
        using var configuration = WireGuardConfiguration.Parse(text);
        var devices = new List<ImportedDevice>(configuration.Peers.Count);
        var keys = new HashSet<PublicKey>();
        var addresses = new HashSet<IPAddress>();
        foreach (PeerConfiguration peer in configuration.Peers)
        {
            string? problem = Examine(peer, keys, out IPAddress? v4, out IPAddress? v6);
            if (problem is null && ((v4 is not null && !addresses.Add(v4)) | (v6 is not null && !addresses.Add(v6))))
                problem = "another peer before it has one of its addresses";
            devices.Add(new ImportedDevice(devices.Count + 1, peer.PublicKey, v4, v6, problem));
        }
        return new DeviceImport(configuration.Interface.PrivateKey?.DerivePublicKey(), devices);
    }

    private static string? Examine(PeerConfiguration peer, HashSet<PublicKey> keys, out IPAddress? v4, out IPAddress? v6)
    {
        v4 = v6 = null;
        if (!keys.Add(peer.PublicKey)) return "its key is there twice";
        if (peer.PresharedKey is { IsZero: false }) return "it has a preshared key, which is not taken over: give the device a new profile";
        foreach (IPNetwork prefix in peer.AllowedIps)
        {
            bool isV4 = prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
            if (prefix.PrefixLength != (isV4 ? 32 : 128)) return "it has more than single addresses: it is a network, not a device";
            ref IPAddress? address = ref isV4 ? ref v4 : ref v6;
            if (address is not null) return "it has several addresses of one family";
            address = prefix.BaseAddress;
        }
        return v4 is null && v6 is null ? "it has no address" : null;
    }
}
