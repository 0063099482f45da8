using System.Runtime.CompilerServices;

namespace Apex.Vpn.Protocol.Engine.Sessions;

/// <summary>Remembers which counters of a session were received (WG 5.4.6, RFC 6479): a ring of bits up to the highest one.</summary>
/// <remarks>
/// Asked only after a message was authenticated, because asking marks the counter as seen. Not thread-safe: the keypair locks.
/// </remarks>
internal sealed class ReplayWindow
{
    /// <summary>How far a counter may lie behind the highest one. One word of the ring is being overwritten and does not count.</summary>
    internal const int Width = (Words - 1) * WordBits;

    private const int WordBits = 64;
    private const int WordShift = 6;
    private const int Words = 128;

    private Ring _ring;
    private ulong _highest;

    /// <summary>Whether the counter is new; from then on it is not.</summary>
    internal bool TryAccept(ulong counter)
    {
        if (counter > _highest) Advance(counter);
        // The difference cannot wrap here; a sum of counter and width could (item 23).
        else if (_highest - counter > Width) return false;

        ref ulong word = ref _ring[(int)(counter >> WordShift) & (Words - 1)];
        ulong bit = 1UL << (int)(counter & (WordBits - 1));
        bool isNew = (word & bit) == 0;
        word |= bit;
        return isNew;
    }

    private void Advance(ulong counter)
    {
        ulong word = _highest >> WordShift;
        ulong steps = Math.Min((counter >> WordShift) - word, Words);
        for (ulong step = 1; step <= steps; step++) _ring[(int)(word + step) & (Words - 1)] = 0;
        _highest = counter;
    }

    [InlineArray(Words)]
    private struct Ring
    {
        private ulong _word;
    }
}
