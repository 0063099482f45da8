using System.Text.Json;

namespace Apex.Vpn.Interop.Tests.Harness;

/// <summary>iperf3 from one namespace to another, for a second or so.</summary>
internal static class Iperf
{
    /// <summary>Pushes TCP through a number of streams and returns the bytes that arrived.</summary>
    public static async Task<long> Tcp(NetNamespace client, NetNamespace server, string address, int streams = 1, bool reverse = false)
    {
        var result = await Measure(client, server, address, ["-P", $"{streams}", .. reverse ? ["-R"] : Array.Empty<string>()]);
        return result.GetProperty("end").GetProperty("sum_received").GetProperty("bytes").GetInt64();
    }

    /// <summary>Pushes UDP at a rate (iperf3's notation) and returns how many datagrams were sent and how many got lost.</summary>
    public static async Task<(int Sent, int Lost)> Udp(NetNamespace client, NetNamespace server, string address, string rate)
    {
        var result = await Measure(client, server, address, ["-u", "-b", rate]);
        var sum = result.GetProperty("end").GetProperty("sum");
        return (sum.GetProperty("packets").GetInt32(), sum.GetProperty("lost_packets").GetInt32());
    }

    private static async Task<JsonElement> Measure(NetNamespace client, NetNamespace server, string address, string[] options)
    {
        await using var listener = server.Start("iperf3", ["-s", "-1", "--forceflush", "-B", address]);
        await listener.WaitForLine("iperf3 to listen", static line => line.Contains("Server listening", StringComparison.Ordinal));
        var text = (await client.Run("iperf3", ["-Z", "-J", "-t", "1", "-c", address, .. options])).Checked();
        return JsonDocument.Parse(text).RootElement;
    }
}
