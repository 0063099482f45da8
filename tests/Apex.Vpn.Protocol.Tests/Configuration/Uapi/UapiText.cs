using System.IO.Pipelines;
using System.Text;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>Runs whole conversations in memory.</summary>
internal static class UapiText
{
    /// <summary>Sends a text, ends it, and returns all that was answered.</summary>
    internal static async Task<string> AskAsync(IDeviceControl device, string request, UapiLimits? limits = null) =>
        await AskAsync(device, Encoding.Latin1.GetBytes(request), limits);

    /// <summary>Sends bytes in pieces of a size, ends them, and returns all that was answered.</summary>
    internal static async Task<string> AskAsync(IDeviceControl device, byte[] request, UapiLimits? limits = null, int pieces = 4096)
    {
        var requests = new Pipe();
        var replies = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var session = new UapiSession(new Duplex(requests.Reader, replies.Writer), device, limits ?? UapiLimits.Default);
        Task serving = Serve(session, requests, replies);
        for (int sent = 0; sent < request.Length; sent += pieces)
        {
            FlushResult flushed = await requests.Writer.WriteAsync(request.AsMemory(sent, Math.Min(pieces, request.Length - sent)));
            if (flushed.IsCompleted) break;
        }
        await requests.Writer.CompleteAsync();
        await serving;
        using var text = new StreamReader(replies.Reader.AsStream(), Encoding.ASCII);
        return await text.ReadToEndAsync();
    }

    /// <summary>The settable lines of a get's reply as a set that replaces everything.</summary>
    internal static string ToSet(string reply)
    {
        IEnumerable<string> lines = reply.Split('\n').Where(static line => !NotSettable.Contains(line.Split('=')[0]));
        var set = new StringBuilder("set=1\n");
        bool replaced = false;
        foreach (string line in lines)
        {
            if (!replaced && line.StartsWith("public_key=", StringComparison.Ordinal))
            {
                set.Append("replace_peers=true\n");
                replaced = true;
            }
            set.Append(line).Append('\n');
        }
        return set.Append('\n').ToString();
    }

    private static readonly string[] NotSettable =
        ["", "errno", "last_handshake_time_sec", "last_handshake_time_nsec", "tx_bytes", "rx_bytes"];

    private static async Task Serve(UapiSession session, Pipe requests, Pipe replies)
    {
        await session.RunAsync(CancellationToken.None);
        await requests.Reader.CompleteAsync();
        await replies.Writer.CompleteAsync();
    }
}
