using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Crypto.Managed;

namespace Apex.Vpn.Benchmarks.Crypto;

/// <summary>
/// How many times faster than libsodium the managed provider seals and opens at each width of vectors, in a few seconds: all take turns in
/// slices of a millisecond, so that what the machine does meanwhile hits all of them, and the ratio is the median of the rounds' ratios.
/// </summary>
internal static class AeadRatios
{
    private const int Rounds = 41, Messages = 48;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(1);

    internal static int Run(string[] arguments)
    {
        int[] sizes = [.. arguments.Select(static size => int.Parse(size, CultureInfo.InvariantCulture))];
        if (sizes.Length == 0) sizes = [1436, 64];
        List<AeadProvider> providers = [new LibsodiumAead()];
        foreach (int width in (int[])[512, 256, 128])
        {
            if (width <= ManagedAead.WidestVector) providers.Add(new ManagedAead(width));
        }
        WarmUp(providers);
        string avx512 = Avx512F.IsSupported ? "on" : "off";
        Console.WriteLine($"ns per message, median of {Rounds} rounds (times as fast as libsodium); AVX-512 {avx512}");
        Console.WriteLine($"{"",-26}{string.Join("", providers.Select(static provider => $"{provider.Name,16}"))}");
        foreach (int size in sizes)
        {
            Print($"{size} B, seal, single", providers, size, Messages, static work => work.SealEach());
            Print($"{size} B, open, single", providers, size, Messages, static work => work.OpenEach());
            foreach (int batch in (int[])[16, 45, 48])
            {
                Print($"{size} B, seal, batch of {batch}", providers, size, batch, work => work.SealBatches(batch));
                Print($"{size} B, open, batch of {batch}", providers, size, batch, work => work.OpenBatches(batch));
            }
        }
        return 0;
    }

    private static void Print(string name, List<AeadProvider> providers, int size, int messages, Action<AeadWork> action)
    {
        AeadWork[] works = [.. providers.Select(provider => new AeadWork(provider, size, messages))];
        var times = new double[providers.Count][];
        for (int i = 0; i < times.Length; i++) times[i] = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < works.Length; i++) times[i][round] = Time(works[i], action) / messages;
        }
        Console.Write($"{name,-26}");
        foreach (double[] own in times)
        {
            double ratio = Median(own.Zip(times[0], static (ours, theirs) => theirs / ours));
            Console.Write(string.Create(CultureInfo.InvariantCulture, $"{Median(own),9:F0} ({ratio,4:F2})"));
        }
        Console.WriteLine();
    }

    // Until the runtime has compiled everything for the last time, which it does behind our back.
    private static void WarmUp(List<AeadProvider> providers)
    {
        AeadWork[] works = [.. providers.Select(static provider => new AeadWork(provider, 1436, Messages))];
        for (var time = Stopwatch.StartNew(); time.Elapsed < TimeSpan.FromSeconds(1);)
        {
            foreach (AeadWork work in works)
            {
                Time(work, static work => work.SealEach());
                Time(work, static work => work.OpenEach());
                Time(work, static work => work.SealBatches(16));
                Time(work, static work => work.OpenBatches(16));
            }
        }
    }

    // Nanoseconds for one action. What makes the slab fit to be opened again is not in it.
    private static double Time(AeadWork work, Action<AeadWork> action)
    {
        TimeSpan total = TimeSpan.Zero;
        int times = 0;
        for (; total < Slice; times++)
        {
            work.Reset();
            long start = Stopwatch.GetTimestamp();
            action(work);
            total += Stopwatch.GetElapsedTime(start);
        }
        return total.TotalNanoseconds / times;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
