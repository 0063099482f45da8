using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>
/// Poly1305 (RFC 8439 section 2.5) of one message, in 64-bit words. It serves short messages, what vectors leave over, and the end of
/// every message. No branch and no address depends on the key or the data.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct Poly1305State
{
    internal const int BlockSize = 16;

    private const ulong LimbMask = (1UL << 26) - 1;

    // The accumulator, below 2^131 between calls; the key's factor, clamped; the key's summand.
    private ulong _h0, _h1, _h2;
    private ulong _r0, _r1;
    private ulong _s0, _s1;

    /// <summary>The low word of the clamped factor r.</summary>
    internal readonly ulong FactorLow => _r0;

    /// <summary>The high word of the clamped factor r.</summary>
    internal readonly ulong FactorHigh => _r1;

    /// <summary>The accumulator as three words.</summary>
    internal readonly (ulong Low, ulong Middle, ulong High) Accumulator => (_h0, _h1, _h2);

    /// <summary>Starts a message under a one-time key of 32 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Initialize(ref readonly byte oneTimeKey)
    {
        _h0 = _h1 = _h2 = 0;
        _r0 = Read(in oneTimeKey, 0) & 0x0ffffffc_0fffffff;
        _r1 = Read(in oneTimeKey, 8) & 0x0ffffffc_0ffffffc;
        _s0 = Read(in oneTimeKey, 16);
        _s1 = Read(in oneTimeKey, 24);
    }

    /// <summary>Takes over an accumulator from vectors: five limbs of 26 bits and some excess.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetAccumulator(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        l1 += l0 >> 26;
        l2 += l1 >> 26;
        l3 += l2 >> 26;
        l4 += l3 >> 26;
        l0 &= LimbMask;
        l1 &= LimbMask;
        l2 &= LimbMask;
        l3 &= LimbMask;
        ulong h0 = l0 | (l1 << 26) | (l2 << 52), h1 = (l2 >> 12) | (l3 << 14) | (l4 << 40), h2 = l4 >> 24;
        Reduce(ref h0, ref h1, ref h2);
        (_h0, _h1, _h2) = (h0, h1, h2);
    }

    /// <summary>Absorbs data and the zeros that fill its last block, as the AEAD construction does (RFC 8439 section 2.8).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void AddPadded(ref readonly byte data, int length)
    {
        ulong h0 = _h0, h1 = _h1, h2 = _h2;
        AddBlocks(ref h0, ref h1, ref h2, _r0, _r1, in data, length / BlockSize);
        if (length % BlockSize != 0)
        {
            (ulong low, ulong high) = ReadEnd(in data, length);
            Add(ref h0, ref h1, ref h2, low, high, 1);
            Multiply(ref h0, ref h1, ref h2, _r0, _r1);
        }
        (_h0, _h1, _h2) = (h0, h1, h2);
    }

    /// <summary>Absorbs the last of the data, its zeros and a block with two lengths, and computes the tag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal readonly (ulong Low, ulong High) Finish(ref readonly byte data, int length, ulong firstLength, ulong secondLength)
    {
        ulong h0 = _h0, h1 = _h1, h2 = _h2, r0 = _r0, r1 = _r1;
        AddBlocks(ref h0, ref h1, ref h2, r0, r1, in data, length / BlockSize);
        if (length % BlockSize != 0)
        {
            (ulong low, ulong high) = ReadEnd(in data, length);
            Add(ref h0, ref h1, ref h2, low, high, 1);
            MultiplyOnly(ref h0, ref h1, ref h2, r0, r1);
        }
        Add(ref h0, ref h1, ref h2, firstLength, secondLength, 1);
        Reduce(ref h0, ref h1, ref h2);
        Multiply(ref h0, ref h1, ref h2, r0, r1);
        return TagOf(h0, h1, h2);
    }

    /// <summary>The tag, once everything has been absorbed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly (ulong Low, ulong High) Tag() => TagOf(_h0, _h1, _h2);

    /// <summary>Multiplies the accumulator by r, modulo 2^130 - 5; h2 has to be below 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Multiply(ref ulong h0, ref ulong h1, ref ulong h2, ulong r0, ulong r1)
    {
        MultiplyOnly(ref h0, ref h1, ref h2, r0, r1);
        Reduce(ref h0, ref h1, ref h2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlocks(
        ref ulong h0, ref ulong h1, ref ulong h2, ulong r0, ulong r1, ref readonly byte data, int count)
    {
        if (count == 0) return;
        Add(ref h0, ref h1, ref h2, Read(in data, 0), Read(in data, 8), 1);
        for (int i = 1; i < count; i++)
        {
            MultiplyOnly(ref h0, ref h1, ref h2, r0, r1);
            // The next block is added before the reduction, which waits longest for its input.
            Add(ref h0, ref h1, ref h2, Read(in data, i * BlockSize), Read(in data, (i * BlockSize) + 8), 1);
            Reduce(ref h0, ref h1, ref h2);
        }
        Multiply(ref h0, ref h1, ref h2, r0, r1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyOnly(ref ulong h0, ref ulong h1, ref ulong h2, ulong r0, ulong r1)
    {
        // 2^130 = 5: what r1 lifts above that comes back as r1 / 4 * 5, and clamping made r1 a multiple of 4.
        ulong s1 = r1 + (r1 >> 2);
        ulong d0 = h0 * r0, d0High = MultiplyHigh(h0, r0), e0 = h1 * s1, e0High = MultiplyHigh(h1, s1);
        ulong d1 = h0 * r1, d1High = MultiplyHigh(h0, r1), e1 = h1 * r0, e1High = MultiplyHigh(h1, r0);
        ulong d2 = h2 * r0, f1 = h2 * s1;
        d0 += e0;
        d0High += e0High + Carry(d0, e0);
        d1 += e1;
        d1High += e1High + Carry(d1, e1);
        d1 += f1;
        d1High += Carry(d1, f1);
        d1 += d0High;
        d1High += Carry(d1, d0High);
        (h0, h1, h2) = (d0, d1, d2 + d1High);
    }

    // Not both halves at once: that returns the low one through memory, which takes longer than to multiply again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyHigh(ulong a, ulong b) => Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly (ulong Low, ulong High) TagOf(ulong h0, ulong h1, ulong h2)
    {
        // What is left is at most a little above 2^130 - 5, which is taken off by mask where it is in it.
        (ulong g0, ulong g1, ulong g2) = (h0, h1, h2);
        Add(ref g0, ref g1, ref g2, 5, 0, 0);
        ulong mask = 0 - (g2 >> 2);
        h0 ^= (h0 ^ g0) & mask;
        h1 ^= (h1 ^ g1) & mask;
        Add(ref h0, ref h1, ref h2, _s0, _s1, 0);
        return (h0, h1);
    }

    // Brings what is above 2^130 back, times 5.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce(ref ulong h0, ref ulong h1, ref ulong h2)
    {
        ulong excess = (h2 >> 2) + (h2 & ~3UL);
        h2 &= 3;
        Add(ref h0, ref h1, ref h2, excess, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref ulong h0, ref ulong h1, ref ulong h2, ulong m0, ulong m1, ulong m2)
    {
        h0 += m0;
        ulong carry = Carry(h0, m0);
        h1 += carry;
        carry = Carry(h1, carry);
        h1 += m1;
        h2 += m2 + carry + Carry(h1, m1);
    }

    // Whether a sum of two words overflowed: then it is less than either. As a cast, not a choice, so that it never becomes a branch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Carry(ulong sum, ulong summand) => Unsafe.BitCast<bool, byte>(sum < summand);

    // The bytes after the last whole block, then zeros.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Low, ulong High) ReadEnd(ref readonly byte data, int length)
    {
        int rest = length % BlockSize, shift = 8 * (BlockSize - rest);
        if (length > BlockSize)
        {
            ulong low = Read(in data, length - 16), high = Read(in data, length - 8);
            return shift >= 64 ? (high >> (shift - 64), 0) : ((low >> shift) | (high << (64 - shift)), high >> shift);
        }
        UInt128 last = 0;
        MemoryMarshal.CreateReadOnlySpan(in data, rest).CopyTo(MemoryMarshal.AsBytes(new Span<UInt128>(ref last)));
        return ((ulong)last, (ulong)(last >> 64));
    }

    private static ulong Read(ref readonly byte data, int offset) =>
        Unsafe.ReadUnaligned<ulong>(in Unsafe.Add(ref Unsafe.AsRef(in data), offset));
}
