using System.Net.Sockets;
using System.Text;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>A folder of its own for a test's sockets, with a short path, since a socket's may have 107 bytes.</summary>
internal sealed class SocketFolder : IDisposable
{
    public SocketFolder() => Folder = Directory.CreateTempSubdirectory("apex-").FullName;

    public string Folder { get; }

    public string Socket => Path.Combine(Folder, "wg0.sock");

    /// <summary>Connects to a socket.</summary>
    public static Socket Connect(string path)
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        return client;
    }

    /// <summary>Sends a request over a connection and reads until a number of replies has ended.</summary>
    public static async Task<string> AskAsync(Socket client, string request, int replies = 1)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await client.SendAsync(Encoding.ASCII.GetBytes(request), deadline.Token);
        var reply = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (reply.ToString().Split("\n\n").Length <= replies)
        {
            int received = await client.ReceiveAsync(buffer, deadline.Token);
            if (received == 0) break;
            reply.Append(Encoding.ASCII.GetString(buffer, 0, received));
        }
        return reply.ToString();
    }

    /// <summary>Asks over a connection of its own.</summary>
    public static async Task<string> AskAsync(string path, string request)
    {
        using Socket client = Connect(path);
        return await AskAsync(client, request);
    }

    /// <summary>Leaves a socket's file behind that nobody listens on, as a killed process does.</summary>
    public static void LeaveStale(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path + "-"));
        listener.Listen();
        File.Move(path + "-", path); // the socket deletes only the name it was bound to
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
