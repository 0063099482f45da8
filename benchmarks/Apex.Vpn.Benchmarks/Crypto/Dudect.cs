using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;
using Apex.Vpn.Protocol.Crypto.Managed;

namespace Apex.Vpn.Benchmarks.Crypto;

/// <summary>
/// Does time tell secrets? As dudect does it (Reparaz, Balasch, Verbauwhede, 2017): one input that is always the same against inputs that
/// are random, in random order, and Welch's t-test of the two sets of times. A comparison that stops at the first wrong byte goes with
/// it, to show that the test finds what is there.
/// </summary>
internal static class Dudect
{
    private const int Samples = 400_000, Inputs = 512, Messages = 8, TextSize = 256;

    // dudect's own bounds: above the first something is probably there, above the second certainly.
    private const double Suspect = 4.5, Certain = 10;

    // What a clock tick, an interrupt or a neighbour adds is not ours: the slowest tenth of both is left out.
    private const double Kept = 0.9;

    private static readonly Random Order = new(1);

    internal static int Run(string[] arguments)
    {
        bool controlIsFound = Math.Abs(T(LeakyCompare())) > Certain;
        string control = controlIsFound ? "found, as it must be" : "NOT FOUND: this run shows nothing";
        Console.WriteLine($"{"control: a comparison that leaks",-44}{control}");
        double worst = 0;
        foreach (int width in ((int[])[512, 256, 128]).Where(static width => width <= ManagedAead.WidestVector))
        {
            var provider = new ManagedAead(width);
            worst = Math.Max(worst, Print($"{provider.Name}, seal: key and plaintext", SealSingle(provider)));
            worst = Math.Max(worst, Print($"{provider.Name}, seal, batch: key and plaintext", SealBatch(provider)));
            worst = Math.Max(worst, Print($"{provider.Name}, open: key and wrong tag", OpenSingle(provider)));
        }
        return controlIsFound && worst <= Certain ? 0 : 1;
    }

    private static double Print(string name, Action<byte[]> action)
    {
        double t = Math.Abs(T(action));
        string verdict = t > Certain ? "DEPENDS ON SECRETS" : t > Suspect ? "suspect, run again" : "no difference found";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}|t| = {t,6:F2}  {verdict}"));
        return t;
    }

    // The key lies first in an input, the rest behind it.
    private static Action<byte[]> SealSingle(ManagedAead provider) => input =>
    {
        Span<byte> message = input.AsSpan(AeadProvider.KeySize, TextSize + AeadProvider.TagSize);
        provider.Seal(input.AsSpan(0, AeadProvider.KeySize), 1, default, message);
    };

    private static Action<byte[]> OpenSingle(ManagedAead provider) => input =>
    {
        Span<byte> message = input.AsSpan(AeadProvider.KeySize, TextSize + AeadProvider.TagSize);
        if (provider.TryOpen(input.AsSpan(0, AeadProvider.KeySize), 1, default, message)) throw new CryptographicException("Forged.");
    };

    private static Action<byte[]> SealBatch(ManagedAead provider)
    {
        const int Stride = TextSize + AeadProvider.TagSize;
        var segments = new AeadSegment[Messages];
        for (int i = 0; i < Messages; i++) segments[i] = new AeadSegment { Offset = i * Stride, Length = Stride, Counter = (ulong)i };
        return input => provider.Seal(
            input.AsSpan(0, AeadProvider.KeySize), input.AsSpan(AeadProvider.KeySize), (ReadOnlySpan<AeadSegment>)segments);
    }

    private static Action<byte[]> LeakyCompare()
    {
        var expected = new byte[TextSize];
        return input =>
        {
            for (int i = 0; i < expected.Length && input[i] == expected[i];) i++;
        };
    }

    // Welch's t of the times for the fixed input, all zeros, and for random ones.
    private static double T(Action<byte[]> action)
    {
        byte[][] inputs = new byte[Inputs][];
        var isFixed = new bool[Inputs];
        var work = new byte[AeadProvider.KeySize + (Messages * (TextSize + AeadProvider.TagSize))];
        for (int i = 0; i < Inputs; i++)
        {
            isFixed[i] = i % 2 == 0;
            inputs[i] = isFixed[i] ? new byte[work.Length] : RandomNumberGenerator.GetBytes(work.Length);
        }
        var times = new List<(bool IsFixed, double Time)>(Samples);
        for (int i = -Samples / 4; i < Samples; i++)
        {
            int input = Order.Next(Inputs);
            inputs[input].CopyTo(work, 0); // both classes lie in memory of the same kind, and none is changed
            long start = Stopwatch.GetTimestamp();
            action(work);
            long time = Stopwatch.GetTimestamp() - start;
            if (i >= 0) times.Add((isFixed[input], time));
        }
        double slowest = times.Select(static sample => sample.Time).Order().ElementAt((int)(Samples * Kept));
        ILookup<bool, double> classes = times.Where(sample => sample.Time <= slowest).ToLookup(static s => s.IsFixed, static s => s.Time);
        (double meanA, double errorA) = MeanAndError([.. classes[true]]);
        (double meanB, double errorB) = MeanAndError([.. classes[false]]);
        return (meanA - meanB) / Math.Sqrt(errorA + errorB);
    }

    // The mean, and its squared standard error.
    private static (double Mean, double Error) MeanAndError(double[] values)
    {
        double mean = values.Average();
        return (mean, values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
    }
}
