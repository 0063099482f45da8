using System.Net;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Engine.Peers;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Protocol.Tests.Simulation;
using NSec.Cryptography;

namespace Apex.Vpn.Protocol.Tests.Notices;

/// <summary>Signs notices, and tells clients the time by which they are judged.</summary>
internal sealed class ControlPlane
{
    internal static readonly Guid NodeId = new("20212223-2425-2627-2829-2a2b2c2d2e2f");
    internal static readonly Guid Instance = new("10111213-1415-1617-1819-1a1b1c1d1e1f");
    internal static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];

    private readonly Key _key = Key.Import(SignatureAlgorithm.Ed25519, Seed, KeyBlobFormat.RawPrivateKey);

    /// <summary>What the client takes for the time; null for not knowing.</summary>
    internal DateTimeOffset? SignedTime { get; set; } = Now;

    /// <summary>How many signatures clients looked at.</summary>
    internal int Verified { get; private set; }

    internal SignaturePublicKey PublicKey => new(_key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    internal NoticeClientOptions Client => new() { Verifier = new Counting(this), SignedTime = () => SignedTime };

    internal static NodeOptions NodeAt(params string[] addresses) =>
        new() { NoticeNode = new NoticeNodeOptions { Addresses = [.. addresses.Select(IPAddress.Parse)] } };

    internal static NoticeGateway Gateway(PublicKey peer, string address, string localAddress, Guid? node = null) =>
        new(peer, node ?? NodeId, IPAddress.Parse(address), IPAddress.Parse(localAddress));

    internal static byte[] Hello()
    {
        byte[] message = new byte[NoticeLayout.HelloSize];
        NoticeLayout.WriteHello(message, Instance);
        return message;
    }

    internal static byte[] Ack(ulong sequence)
    {
        byte[] message = new byte[NoticeLayout.AckSize];
        NoticeLayout.WriteAck(message, sequence);
        return message;
    }

    internal static byte[] Packet(string source, string destination, ReadOnlySpan<byte> message)
    {
        AllowedIpPrefix from = AllowedIpPrefix.From(IPAddress.Parse(source)), to = AllowedIpPrefix.From(IPAddress.Parse(destination));
        byte[] packet = new byte[message.Length + 48];
        return packet[..NoticePacket.Write(new NoticeAddresses(from.Bits, to.Bits, from.IsIPv4), message, packet)];
    }

    /// <summary>A drain of the node, issued now.</summary>
    internal static Notice Drain(ulong sequence) => new()
    {
        Kind = NoticeKind.Drain,
        Node = NodeId,
        Sequence = sequence,
        Issued = Now,
        NotAfter = Now.AddMinutes(15),
        Deadline = Now.AddHours(1),
        Alternatives = [new("31313131-3131-3131-3131-313131313131"), new("32323232-3232-3232-3232-323232323232")],
    };

    /// <summary>Another kind, issued now; a personal one is for somebody.</summary>
    internal static Notice Other(NoticeKind kind, ulong sequence, Guid? instance = null) => new()
    {
        Kind = kind,
        Node = NodeId,
        Sequence = sequence,
        Issued = Now,
        NotAfter = Now.AddMinutes(1),
        Instance = instance,
    };

    internal byte[] Sign(Notice notice) => Sign(notice.ToUnsignedBytes());

    internal byte[] Sign(byte[] unsigned) => [.. unsigned, .. SignatureAlgorithm.Ed25519.Sign(_key, unsigned)];

    private sealed class Counting(ControlPlane plane) : INoticeVerifier
    {
        private readonly Ed25519NoticeVerifier _verifier = new(plane.PublicKey);

        public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
        {
            plane.Verified++;
            return _verifier.Verify(signed, signature);
        }
    }
}
