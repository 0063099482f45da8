using System.Globalization;
using System.Text.Json;
using Apex.Vpn.Netns.Network;
using Apex.Vpn.Netns.Processes;

namespace Apex.Vpn.Netns.Measuring;

/// <summary>What arrived: bytes, and the time they took.</summary>
internal readonly record struct Transfer(long Bytes, double Seconds)
{
    internal double GigabitsPerSecond => Bytes * 8 / Seconds / 1e9;

    internal double ThousandsPerSecond(int datagram) => (double)Bytes / datagram / Seconds / 1e3;
}

/// <summary>iperf3 from one end of a route to the other; each run has a server of its own.</summary>
internal static class Iperf
{
    /// <summary>What a run may take beyond its own duration: a connection set up through a tunnel that drops most packets.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs it.</summary>
    /// <param name="route">Where.</param>
    /// <param name="words">What to send, in iperf3's words.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    internal static async Task<Transfer> RunAsync(Route route, string words, double seconds, CancellationToken cancellationToken)
    {
        await using BackgroundProcess server = await ListenAsync(route, cancellationToken);
        string client = ClientWords(route, words, seconds);
        return Parse(await route.Left.RunAsync("iperf3", client, TimeSpan.FromSeconds(seconds) + Patience, cancellationToken));
    }

    /// <summary>Runs it beside something else, which begins when the stream flows.</summary>
    internal static async Task<T> BesideAsync<T>(Route route, double seconds, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await using BackgroundProcess server = await ListenAsync(route, cancellationToken);
        // Half a second for the stream to find its speed, told by its first interval; a second after the work is done.
        string words = $"--forceflush -i 0.5 -t {Text(seconds + 1.5)} -c {route.RightAddress}";
        await using BackgroundProcess client = route.Left.Start("iperf3", words, awaited: "sec");
        await client.WaitForLineAsync(cancellationToken);
        T result = await work();
        await client.WaitForExitAsync(Patience, cancellationToken);
        return result;
    }

    /// <summary>Reads the report that the receiver sent to the client.</summary>
    /// <exception cref="MeasurementException">It reports an error, or that nothing arrived.</exception>
    internal static Transfer Parse(string report)
    {
        using JsonDocument document = JsonDocument.Parse(report);
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("error", out JsonElement error)) throw new MeasurementException($"iperf3: {error.GetString()}");
        JsonElement received = root.GetProperty("end").GetProperty("sum_received");
        var transfer = new Transfer(received.GetProperty("bytes").GetInt64(), received.GetProperty("seconds").GetDouble());
        return transfer is { Bytes: > 0, Seconds: > 0 } ? transfer : throw new MeasurementException("iperf3: nothing arrived");
    }

    private static string ClientWords(Route route, string words, double seconds) =>
        $"-J -t {Text(seconds)} -c {route.RightAddress} {words}";

    private static async Task<BackgroundProcess> ListenAsync(Route route, CancellationToken cancellationToken)
    {
        string words = $"-s -1 --forceflush -B {route.RightAddress}";
        BackgroundProcess server = route.Right.Start("iperf3", words, awaited: "Server listening");
        try
        {
            await server.WaitForLineAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static string Text(double seconds) => seconds.ToString("0.##", CultureInfo.InvariantCulture);
}
