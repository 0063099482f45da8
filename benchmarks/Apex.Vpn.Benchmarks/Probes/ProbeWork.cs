using System.Security.Cryptography;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Messages;
using Apex.Vpn.Protocol.Engine.Probes;

namespace Apex.Vpn.Benchmarks.Probes;

/// <summary>Probes made beforehand, each from a network of its own, and what the node needs to answer them.</summary>
internal sealed class ProbeWork : IDisposable
{
    internal const int Count = 4096;
    internal const int MostPerSecond = 1_000_000;

    internal ProbeWork()
    {
        PublicKey node = PrivateKey.DerivePublicKey();
        Key = new ProbeKey(in node, Epoch.Number, Epoch.Secret.Bytes);
        for (int i = 0; i < Count; i++)
        {
            Requests[i] = new byte[ProbeRequest.Size];
            ProbeRequest.Write(Requests[i], Key, (uint)i, unchecked((uint)Issued.ToUnixTimeSeconds()), SecureRandom.Shared);
        }
    }

    internal static DateTimeOffset Issued { get; } = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    internal PrivateKey PrivateKey { get; } = PrivateKey.Generate();

    internal ProbeEpoch Epoch { get; } = new(20_779, ProbeSecret.Generate());

    internal ProbeEpoch Before { get; } = new(20_778, ProbeSecret.Generate());

    internal ProbeKey Key { get; }

    /// <summary>The index of each is its place here.</summary>
    internal byte[][] Requests { get; } = new byte[Count][];

    /// <summary>An address of 127.0.0.0/8 in a /24 that few others have.</summary>
    internal static UInt128 Source(int number) => (127u << 24) | ((uint)(number & (Count - 1)) << 8) | 1;

    /// <summary>Bytes that are an initiation by type and length, and may be a probe by all that can be seen without a hash.</summary>
    internal static byte[] Junk()
    {
        byte[] junk = RandomNumberGenerator.GetBytes(InitiationMessage.Size);
        new InitiationMessage(junk).WriteType();
        junk[39] &= 0x7F;
        junk.AsSpan(^16..).Clear();
        return junk;
    }

    internal ProbeResponderOptions Options() => new()
    {
        Current = Epoch,
        Previous = Before,
        Time = SignedTime.Arrived(Issued, SuspendAwareTimeProvider.Instance),
        AnswersPerNetwork = MostPerSecond,
        AnswersInAll = MostPerSecond,
    };

    internal ProbeSettings Settings(Instant now) =>
        new(Epoch, Before, new ProbeClock(Issued.ToUnixTimeMilliseconds(), now), MostPerSecond, MostPerSecond);

    public void Dispose()
    {
        Key.Dispose();
        Epoch.Secret.Dispose();
        Before.Secret.Dispose();
        PrivateKey.Dispose();
    }
}
