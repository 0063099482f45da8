using System.Diagnostics;

namespace Apex.Vpn.Protocol.Crypto;

/// <summary>Finds out in about a millisecond which provider is the fastest on this machine.</summary>
internal static class AeadRace
{
    private const int Rounds = 6;
    private const int Messages = 16;
    private const int MessageLength = 1420 + AeadProvider.TagSize;

    /// <summary>The provider whose best round of sealing and opening a batch of full packets is the shortest.</summary>
    /// <param name="providers">At least one; each has passed its self-test, so that it is compiled.</param>
    internal static AeadProvider Winner(IReadOnlyList<AeadProvider> providers)
    {
        var key = new byte[AeadProvider.KeySize];
        var slab = new byte[Messages * MessageLength];
        var segments = new AeadSegment[Messages];
        for (int i = 0; i < segments.Length; i++)
        {
            segments[i] = new AeadSegment { Offset = i * MessageLength, Length = MessageLength, Counter = (ulong)i };
        }
        var best = new TimeSpan[providers.Count];
        Array.Fill(best, TimeSpan.MaxValue);
        // In turns and by the best round: a moment in which the machine is busy with something else hits all or is thrown away.
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < best.Length; i++)
            {
                TimeSpan time = Time(providers[i], key, slab, segments);
                if (time < best[i]) best[i] = time;
            }
        }
        return providers[Array.IndexOf(best, best.Min())];
    }

    private static TimeSpan Time(AeadProvider provider, byte[] key, byte[] slab, AeadSegment[] segments)
    {
        // The one clock in this folder: it decides once in a process which code runs, and nothing about what that code does.
#pragma warning disable RS0030
        long start = Stopwatch.GetTimestamp();
        provider.Seal(key, slab, (ReadOnlySpan<AeadSegment>)segments);
        provider.Open(key, slab, segments);
        return Stopwatch.GetElapsedTime(start);
#pragma warning restore RS0030
    }
}
