using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Benchmarks.Scale;

/// <summary>Peers with random keys and one address each, counted up from 10.0.0.1.</summary>
internal static class ManyPeers
{
    internal static IPAddress Address(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x0A000001 + number);
        return new IPAddress(bytes);
    }

    internal static PublicKey Key() => new(RandomNumberGenerator.GetBytes(PublicKey.Size));

    internal static DeviceUpdate Update(int first, int count)
    {
        var update = new DeviceUpdate();
        for (int i = first; i < first + count; i++)
        {
            var peer = new PeerUpdate(Key());
            peer.AllowedIps.Add(AllowedIpChange.Add(new IPNetwork(Address(i), 32)));
            update.Peers.Add(peer);
        }
        return update;
    }

    /// <summary>A file for <c>wg setconf</c>.</summary>
    internal static void WriteConfiguration(string path, int count)
    {
        using StreamWriter file = File.CreateText(path);
        using PrivateKey key = PrivateKey.Generate();
        Span<char> text = stackalloc char[44];
        key.WriteBase64(text);
        file.WriteLine($"[Interface]\nPrivateKey = {text}");
        for (int i = 0; i < count; i++) file.WriteLine($"[Peer]\nPublicKey = {Key().ToBase64()}\nAllowedIPs = {Address(i)}/32");
    }
}
