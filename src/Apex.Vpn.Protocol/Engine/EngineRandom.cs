using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Engine;

/// <summary>The chance in the engine: indices, jitter, nonces of cookie replies. Injected, so that a simulation can be repeated.</summary>
internal abstract class EngineRandom
{
    /// <summary>A number, each value as likely as any other.</summary>
    internal abstract uint NextUInt32();

    /// <summary>Fills a span with random bytes.</summary>
    internal abstract void Fill(Span<byte> destination);

    /// <summary>A duration of 0 (inclusive) to <paramref name="max"/> (exclusive).</summary>
    internal TimeSpan Jitter(TimeSpan max) => new((long)(((UInt128)(ulong)max.Ticks * NextUInt32()) >> 32));
}

/// <summary>The operating system's generator: what every device runs on. Safe from any thread.</summary>
internal sealed class SecureRandom : EngineRandom
{
    private const int NumbersPerFill = 64;

    [ThreadStatic]
    private static uint[]? _numbers;

    [ThreadStatic]
    private static int _left;

    internal static SecureRandom Shared { get; } = new();

    /// <inheritdoc/>
    /// <remarks>From a small stock of the thread's own: sending takes jitter once per round trip, and the system's generator is slow.</remarks>
    internal override uint NextUInt32()
    {
        uint[] numbers = _numbers ??= new uint[NumbersPerFill];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(numbers.AsSpan()));
            _left = NumbersPerFill;
        }
        uint number = numbers[--_left];
        numbers[_left] = 0;
        return number;
    }

    internal override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}

/// <summary>A generator (xoshiro256**, seeded by SplitMix64) that gives the same sequence for the same seed.</summary>
/// <remarks>For simulations and tests only: its output can be predicted. Not thread-safe.</remarks>
internal sealed class SeededRandom : EngineRandom
{
    private ulong _a, _b, _c, _d;

    internal SeededRandom(ulong seed)
    {
        _a = SplitMix(ref seed);
        _b = SplitMix(ref seed);
        _c = SplitMix(ref seed);
        _d = SplitMix(ref seed);
    }

    internal override uint NextUInt32() => (uint)(NextUInt64() >> 32);

    internal override void Fill(Span<byte> destination)
    {
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        for (; destination.Length >= sizeof(ulong); destination = destination[sizeof(ulong)..])
            BinaryPrimitives.WriteUInt64LittleEndian(destination, NextUInt64());
        if (destination.IsEmpty) return;
        BinaryPrimitives.WriteUInt64LittleEndian(last, NextUInt64());
        last[..destination.Length].CopyTo(destination);
    }

    private ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
