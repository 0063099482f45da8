using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Apex.Vpn.Benchmarks.Handshakes;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Engine.Defense;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Probes;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Benchmarks.Probes;

/// <summary>
/// Whether the clock tells a probe from an initiation that is answered by a cookie: both are sent together, in an order by chance, to a device
/// that a flood keeps under load.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class TimingLikeness
{
    private const int FloodPerSecond = 20_000;

    internal static async Task<Result> MeasureAsync(int pairs)
    {
        using var work = new ProbeWork();
        await using var device = new ProbedDevice();
        UdpEndpoint target = await device.StartAsync(work);
        PublicKey node = work.PrivateKey.DerivePublicKey();
        using var flood = new Flood(target, node, FloodPerSecond);
        using var transport = new LinuxUdpTransport();
        transport.Open(0);
        using var watchdog = new Timer(_ => transport.Wake(), null, 20, 20);
        PacketBatch sending = new(2, 1024), received = new(64, 64 * 512);
        List<double> probes = [], cookies = [];
        for (int pair = -pairs / 10; pair < pairs; pair++)
        {
            byte[] initiation = Initiation(node, (uint)pair | (1u << 31)), probe = work.Requests[pair & (ProbeWork.Count - 1)];
            sending.Clear();
            bool probeFirst = RandomNumberGenerator.GetInt32(2) == 0;
            for (int i = 0; i < 2; i++)
                sending.Add((i == 0) == probeFirst ? probe : initiation).Path = new UdpPath(target, ProbeWork.Source((pair * 2) + i));
            long sentAt = Stopwatch.GetTimestamp();
            transport.Send(sending);
            for (int left = 2; left != 0 && Stopwatch.GetElapsedTime(sentAt).TotalMilliseconds < 40;)
            {
                transport.Receive(received);
                double delay = Stopwatch.GetElapsedTime(sentAt).TotalMicroseconds;
                foreach (ref PacketSlot slot in received.Slots)
                {
                    if (!ProbeReply.TryReadIndex(received.Bytes(in slot), out uint index)) continue;
                    bool isProbe = index < ProbeWork.Count;
                    if (isProbe ? index != (uint)(pair & (ProbeWork.Count - 1)) : index != ((uint)pair | (1u << 31))) continue;
                    left--;
                    if (pair >= 0) (isProbe ? probes : cookies).Add(delay);
                }
            }
        }
        return Compare(probes, cookies);
    }

    private static byte[] Initiation(PublicKey node, uint index)
    {
        byte[] message = RandomNumberGenerator.GetBytes(InitiationMessage.Size), key = new byte[Blake2s.HashSize];
        var initiation = new InitiationMessage(message);
        initiation.WriteType();
        initiation.Sender = index;
        CookieLayout.DeriveMac1Key(in node, key);
        Blake2s.Mac(key, CookieLayout.CoveredByMac1(message), message.AsSpan(^CookieLayout.MacsSize..^CookieLayout.MacSize));
        message.AsSpan(^CookieLayout.MacSize..).Clear();
        return message;
    }

    /// <summary>The area under the ROC curve of the delay (Mann and Whitney): 0.5 says that it tells nothing.</summary>
    private static Result Compare(List<double> probes, List<double> cookies)
    {
        probes.Sort();
        cookies.Sort();
        double longer = 0;
        foreach (double probe in probes) longer += (Below(probe, orEqual: false) + Below(probe, orEqual: true)) / 2.0;
        double auc = longer / ((double)probes.Count * cookies.Count);
        double error = Math.Sqrt((probes.Count + cookies.Count + 1) / (12.0 * probes.Count * cookies.Count));
        return new Result(auc, error, probes[probes.Count / 2], cookies[cookies.Count / 2], probes.Count, cookies.Count);

        int Below(double value, bool orEqual)
        {
            int least = 0, most = cookies.Count;
            while (least < most)
            {
                int middle = (least + most) / 2;
                if (cookies[middle] < value || (orEqual && cookies[middle] == value)) least = middle + 1;
                else most = middle;
            }
            return least;
        }
    }

    /// <summary>Delays in microseconds.</summary>
    internal sealed record Result(double Auc, double AucError, double ProbeMedian, double CookieMedian, int Probes, int Cookies);
}
