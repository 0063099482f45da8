using System.Net.Sockets;
using System.Text;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>The cross-platform configuration protocol, spoken raw over the daemon's socket, for what <c>wg</c> cannot say.</summary>
internal static class Uapi
{
    /// <summary>The path of an interface's socket.</summary>
    public static string SocketPath(string name) => $"/var/run/wireguard/{name}.sock";

    /// <summary>The answer to <c>get=1</c>, or null while nobody listens.</summary>
    public static async Task<string?> TryGet(string name)
    {
        try
        {
            return await Ask(name, "get=1\n\n");
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Sends a request, which ends with an empty line, and returns the answer up to its empty line.</summary>
    public static async Task<string> Ask(string name, string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var deadline = new CancellationTokenSource(Poll.DefaultDeadline);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath(name)), deadline.Token);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), deadline.Token);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var answer = new StringBuilder();
        while (await reader.ReadLineAsync(deadline.Token) is { Length: > 0 } line) answer.Append(line).Append('\n');
        return answer.ToString();
    }

    /// <summary>Applies settings, one <c>key=value</c> each; the daemon must accept them.</summary>
    public static async Task Set(string name, params string[] settings)
    {
        var answer = await Ask(name, "set=1\n" + string.Join('\n', settings) + "\n\n");
        Assert.Equal("errno=0\n", answer);
    }
}
