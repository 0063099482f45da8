using System.Net;
using System.Net.Sockets;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>Sockets of the test itself, opened inside a namespace.</summary>
internal static class Sockets
{
    /// <summary>A UDP socket bound to an address and port; port 0 for any.</summary>
    public static Task<Socket> Udp(this NetNamespace net, string address, int port = 0) => net.Make(() =>
    {
        var local = new IPEndPoint(IPAddress.Parse(address), port);
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(local);
        return socket;
    });

    /// <summary>A TCP socket bound to an address and port; port 0 for any.</summary>
    public static Task<Socket> Tcp(this NetNamespace net, string address, int port = 0) => net.Make(() =>
    {
        var local = new IPEndPoint(IPAddress.Parse(address), port);
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(local);
        return socket;
    });

    /// <summary>Sends one datagram.</summary>
    public static async Task Send(this Socket socket, byte[] datagram, string address, int port) =>
        await socket.SendToAsync(datagram, new IPEndPoint(IPAddress.Parse(address), port));

    /// <summary>The next datagram and who sent it, or null when the deadline passes without one.</summary>
    public static async Task<(byte[] Datagram, IPAddress Source)?> TryReceive(this Socket socket, TimeSpan deadline)
    {
        using var cancellation = new CancellationTokenSource(deadline);
        var buffer = new byte[1 << 16];
        var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            var received = await socket.ReceiveFromAsync(buffer, any, cancellation.Token);
            return (buffer[..received.ReceivedBytes], ((IPEndPoint)received.RemoteEndPoint).Address);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The next datagram and who sent it; fails when none comes.</summary>
    public static async Task<(byte[] Datagram, IPAddress Source)> Receive(this Socket socket, string what = "a datagram") =>
        await socket.TryReceive(Poll.DefaultDeadline) ?? throw new TimeoutException($"Waited in vain for {what}.");
}
