using System.Diagnostics;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Crypto;

namespace Apex.Vpn.Benchmarks.Handshakes;

/// <summary>What a handshake cannot do without on the responder's side: three agreements and one base point multiplication.</summary>
internal static class Primitives
{
    private const int Rounds = 200;

    /// <summary>The four, once. The point becomes another one.</summary>
    internal static void Once(Span<byte> secret, Span<byte> point, Span<byte> result)
    {
        for (int i = 0; i < 3; i++) X25519.TryAgree(secret, point, result);
        X25519.DerivePublicKey(result, point);
    }

    /// <summary>The time of the four together, in seconds: the median of some runs.</summary>
    internal static double Measure(int runs = 5)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(X25519.KeySize), point = new byte[X25519.KeySize], result = new byte[X25519.KeySize];
        X25519.DerivePublicKey(secret, point);
        double[] times = new double[runs];
        for (int run = 0; run < runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Rounds; i++) Once(secret, point, result);
            times[run] = Stopwatch.GetElapsedTime(start).TotalSeconds / Rounds;
        }
        Array.Sort(times);
        return times[runs / 2];
    }
}
