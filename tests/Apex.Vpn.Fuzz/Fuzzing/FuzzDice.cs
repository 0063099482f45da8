using System.Numerics;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Fuzz.Fuzzing;

/// <summary>Choices by chance, fast, and the same for the same seed (SplitMix64).</summary>
internal sealed class FuzzDice(ulong seed)
{
    // Numbers at which length fields, counters and loops go wrong.
    private static readonly ulong[] Edges =
        [0, 1, 2, 15, 16, 19, 20, 31, 32, 39, 40, 63, 64, 127, 128, 255, 256, 1279, 1280, 65535, 65536, int.MaxValue, uint.MaxValue, ulong.MaxValue];

    private ulong _state = seed;

    internal ulong Next()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 to below <paramref name="count"/>.</summary>
    internal int Below(int count) => (int)(((Next() >> 32) * (uint)count) >> 32);

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    internal int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True in one case of <paramref name="cases"/>.</summary>
    internal bool OneIn(int cases) => Below(cases) == 0;

    internal T Of<T>(ReadOnlySpan<T> items) => items[Below(items.Length)];

    /// <summary>A number that is likely to be at an edge of something.</summary>
    internal ulong Edge() => Below(3) switch
    {
        0 => Of<ulong>(Edges) + (ulong)Below(3) - 1,
        1 => 1UL << Below(64),
        _ => Next() >> Below(64),
    };

    internal void Fill(Span<byte> bytes)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ref ulong word in words) word = Next();
        for (int i = words.Length * sizeof(ulong); i < bytes.Length; i++) bytes[i] = (byte)Next();
    }

    /// <summary>Changes some bits, bytes or runs of bytes.</summary>
    internal void Damage(Span<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        for (int i = BitOperations.TrailingZeroCount(Next() | 8); i >= 0; i--)
        {
            int at = Below(bytes.Length);
            switch (Below(5))
            {
                case 0:
                    bytes[at] = (byte)Edge();
                    break;
                case 1:
                    Fill(bytes.Slice(at, Below(Math.Min(bytes.Length - at, 16) + 1)));
                    break;
                case 2:
                    bytes.Slice(at, Below(Math.Min(bytes.Length - at, 32) + 1)).Fill(OneIn(2) ? (byte)0 : (byte)0xFF);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << Below(8));
                    break;
            }
        }
    }
}
