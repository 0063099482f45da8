using System.Runtime.CompilerServices;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

/// <summary>
/// What somebody might make of a kernel without thinking of time: each computes the right thing and tells secrets by how long it takes. The
/// reader of listings must find each of them in what the compiler makes.
/// </summary>
internal static class LeakyKernels
{
    internal static string[] Names =>
    [
        $"{nameof(LeakyKernels)}:{nameof(SubtractByBranch)}",
        $"{nameof(LeakyKernels)}:{nameof(Substitute)}",
        $"{nameof(LeakyKernels)}:{nameof(CompareUntilDifferent)}",
    ];

    private static int _subtractions;

    /// <summary>Runs all of them, so that they are compiled.</summary>
    internal static ulong Run()
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        ulong sum = SubtractByBranch(in bytes[0], in bytes[8]) + Substitute(in bytes[0], bytes);
        return sum + (CompareUntilDifferent(in bytes[0], in bytes[8], 8) ? 1UL : 0);
    }

    /// <summary>The end of Poly1305 with a branch for the selection: the prime is subtracted when the accumulator has reached it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong SubtractByBranch(ref readonly byte low, ref readonly byte high)
    {
        ulong h0 = Unsafe.ReadUnaligned<ulong>(in low), h1 = Unsafe.ReadUnaligned<ulong>(in high);
        if (h1 > 3) Subtract(ref h0);
        return h0 + h1;
    }

    /// <summary>A substitution by table, as of ciphers that were made for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Substitute(ref readonly byte key, byte[] table) => table[key & 15];

    /// <summary>A comparison of tags that ends at the first difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool CompareUntilDifferent(ref readonly byte expected, ref readonly byte actual, int length)
    {
        for (int i = 0; i < length; i++)
        {
            if (Unsafe.Add(ref Unsafe.AsRef(in expected), i) != Unsafe.Add(ref Unsafe.AsRef(in actual), i)) return false;
        }
        return true;
    }

    // A call, which the compiler cannot turn into a selection.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Subtract(ref ulong h0)
    {
        _subtractions++;
        h0 -= 5;
    }
}
