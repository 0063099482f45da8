using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Apex.Vpn.Fuzz.Fuzzing;
using static Apex.Vpn.Protocol.Tests.Transports.TransportTesting;

namespace Apex.Vpn.Protocol.Tests.Device.Tun;

/// <summary>TCP between two hosts, with bytes that are known.</summary>
[SupportedOSPlatform("linux")]
internal static class Streams
{
    /// <summary>Sends streams both ways at once and compares them.</summary>
    /// <param name="left">Connects.</param>
    /// <param name="right">Listens.</param>
    /// <param name="address">Where.</param>
    /// <param name="bytes">The length of each; a multiple of 64 KiB.</param>
    internal static void Exchange(TunHost left, TunHost right, IPEndPoint address, int bytes)
    {
        using Socket listener = right.NewTcpSocket(address.AddressFamily), client = left.NewTcpSocket(address.AddressFamily);
        listener.Bind(address);
        listener.Listen();
        client.Connect(address);
        using Socket server = listener.Accept();
        server.ReceiveTimeout = server.SendTimeout = client.ReceiveTimeout;
        Task<byte[]>[] sent = [Start(() => Send(client, bytes, 1)), Start(() => Send(server, bytes, 2))];
        Task<byte[]>[] received = [Start(() => Receive(server, bytes)), Start(() => Receive(client, bytes))];
        for (int i = 0; i < 2; i++) Assert.Equal(sent[i].Await(), received[i].Await());
    }

    private static byte[] Send(Socket socket, int bytes, ulong seed)
    {
        var dice = new FuzzDice(seed);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[64 * 1024];
        for (int sent = 0; sent < bytes; sent += piece.Length)
        {
            dice.Fill(piece);
            hash.AppendData(piece);
            for (int at = 0; at < piece.Length;) at += socket.Send(piece.AsSpan(at));
        }
        return hash.GetHashAndReset();
    }

    private static byte[] Receive(Socket socket, int bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[64 * 1024];
        for (int received = 0; received < bytes;)
        {
            int length = socket.Receive(piece);
            Assert.True(length > 0, "the stream ended early");
            hash.AppendData(piece, 0, length);
            received += length;
        }
        return hash.GetHashAndReset();
    }
}
