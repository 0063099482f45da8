using System.Diagnostics;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Benchmarks.Probes;

/// <summary>
/// What a junk initiation costs a receiving worker beyond being received, counted in keyed hashes of 116 bytes: with probes off, and with two
/// epochs on. The junk is of the worst kind, which only a hash can tell from a probe.
/// </summary>
internal static class JunkCost
{
    private const int Turns = 41, Batches = 200;

    internal static Result Measure(int identities)
    {
        using var work = new ProbeWork();
        using EngineProbes off = new(work, answers: false, identities), on = new(work, answers: true, identities);
        byte[][] junk = [.. Enumerable.Range(0, 1024).Select(static _ => ProbeWork.Junk())];
        byte[][] noMessage = [.. junk.Select(static bytes => (byte[])[9, .. bytes[1..]])]; // as long, and dropped by its type
        byte[] key = new byte[Blake2s.HashSize], mac = new byte[Blake2s.MacSize];
        double[] bases = new double[Turns], offs = new double[Turns], ons = new double[Turns], hashes = new double[Turns];
        for (int turn = -1; turn < Turns; turn++) // the first is for the compiler
        {
            double none = PerMessage(off, noMessage), without = PerMessage(off, junk), with = PerMessage(on, junk), hash = Hash();
            if (turn >= 0) (bases[turn], offs[turn], ons[turn], hashes[turn]) = (none, without, with, hash);
        }
        double least = Median(bases), keyed = Median(hashes);
        return new Result(identities, keyed, Median(offs) - least, Median(ons) - least);

        double Hash()
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Batches * EngineProbes.Slots; i++) Blake2s.VerifyMac(key, junk[i % junk.Length].AsSpan(0, 116), mac);
            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / (Batches * EngineProbes.Slots);
        }
    }

    private static double PerMessage(EngineProbes engine, byte[][] messages)
    {
        int next = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Batches; i++) engine.Receive(messages, ref next);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / (Batches * EngineProbes.Slots);
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    /// <summary>In nanoseconds per message.</summary>
    internal sealed record Result(int Identities, double KeyedHash, double Off, double On)
    {
        public double OffHashes => Off / KeyedHash;

        public double OnHashes => On / KeyedHash;
    }
}
