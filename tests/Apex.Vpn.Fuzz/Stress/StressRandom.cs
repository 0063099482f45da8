using Apex.Vpn.Protocol.Engine;

namespace Apex.Vpn.Fuzz.Stress;

/// <summary>Secure keys, but indices from a small set, so that freed ones are soon taken again. Safe from any thread.</summary>
internal sealed class FewIndicesRandom : EngineRandom
{
    private const uint Indices = 64;

    // Jitter, which takes its chance from the same numbers, is then nearly always 0: all the better for collisions.
    internal override uint NextUInt32() => SecureRandom.Shared.NextUInt32() % Indices;

    internal override void Fill(Span<byte> destination) => SecureRandom.Shared.Fill(destination);
}

/// <summary>Makes the thread that calls it lose its turn now and then.</summary>
internal static class RandomYields
{
    [ThreadStatic]
    private static uint _state;

    internal static void Yield()
    {
        if (_state == 0) _state = (uint)Environment.CurrentManagedThreadId * 0x9E3779B9 | 1;
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        uint roll = _state >> 24;
        if (roll < 6) Thread.Yield();
        else if (roll < 24) Thread.SpinWait((int)(_state & 0x3FF));
    }
}
