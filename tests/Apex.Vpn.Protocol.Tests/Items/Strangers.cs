using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Tests.Simulation;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Tests.Items;

/// <summary>Senders who know a node's public key and nothing else: their messages have a valid mac1 and come to nothing.</summary>
internal static class Strangers
{
    /// <summary>Initiations, each from an address of its own.</summary>
    internal static IEnumerable<Datagram> Initiations(Node node, int count) =>
        Enumerable.Range(0, count).Select(i => Initiation(node, UdpEndpoint.FromIPv4(0xC6330000 + (uint)i, 1)));

    /// <summary>An initiation from anywhere, or as if from there.</summary>
    internal static Datagram Initiation(Node node, UdpEndpoint from)
    {
        byte[] bytes = new byte[InitiationMessage.Size];
        node.Engine.Context.Random.Fill(bytes);
        var message = new InitiationMessage(bytes);
        message.WriteType();
        return new Datagram(from, node.Address, TrafficClass: 0, WithMac1(node, bytes));
    }

    /// <summary>Gives a handshake message the macs of somebody who has no cookie.</summary>
    internal static byte[] WithMac1(Node node, byte[] bytes)
    {
        new CookieJar(node.PublicKey).AddMacs(bytes, default);
        return bytes;
    }
}
