using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Four blocks a pass on any processor: each vector holds one row of the state of one block.</summary>
internal sealed class ChaCha20V128() : ChaCha20Kernel(4)
{
    private static Vector128<byte> RotateBy16 => Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);

    private static Vector128<byte> RotateBy8 => Vector128.Create((byte)3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal override void Pass(ref ChaCha20Lanes lanes, ref byte blocks, bool xor)
    {
        Vector128<uint> a = Vector128.Create(0x61707865u, 0x3320646e, 0x79622d32, 0x6b206574);
        Vector128<uint> b = Vector128.LoadUnsafe(ref lanes.Key[0]), c = Vector128.LoadUnsafe(ref lanes.Key[4]);
        Vector128<uint> d0 = Row(ref lanes, 0), d1 = Row(ref lanes, 1), d2 = Row(ref lanes, 2), d3 = Row(ref lanes, 3);
        Vector128<uint> a0 = a, b0 = b, c0 = c, a1 = a, b1 = b, c1 = c, a2 = a, b2 = b, c2 = c, a3 = a, b3 = b, c3 = c;
        for (int round = 0; round < 20; round += 2)
        {
            QuarterRounds(ref a0, ref b0, ref c0, ref d0);
            QuarterRounds(ref a1, ref b1, ref c1, ref d1);
            QuarterRounds(ref a2, ref b2, ref c2, ref d2);
            QuarterRounds(ref a3, ref b3, ref c3, ref d3);
            ToDiagonals(ref b0, ref c0, ref d0);
            ToDiagonals(ref b1, ref c1, ref d1);
            ToDiagonals(ref b2, ref c2, ref d2);
            ToDiagonals(ref b3, ref c3, ref d3);
            QuarterRounds(ref a0, ref b0, ref c0, ref d0);
            QuarterRounds(ref a1, ref b1, ref c1, ref d1);
            QuarterRounds(ref a2, ref b2, ref c2, ref d2);
            QuarterRounds(ref a3, ref b3, ref c3, ref d3);
            // The same turns the other way: rows b and d have changed places.
            ToDiagonals(ref d0, ref c0, ref b0);
            ToDiagonals(ref d1, ref c1, ref b1);
            ToDiagonals(ref d2, ref c2, ref b2);
            ToDiagonals(ref d3, ref c3, ref b3);
        }
        Store(a0 + a, b0 + b, c0 + c, d0 + Row(ref lanes, 0), ref blocks, xor);
        Store(a1 + a, b1 + b, c1 + c, d1 + Row(ref lanes, 1), ref Unsafe.Add(ref blocks, BlockSize), xor);
        Store(a2 + a, b2 + b, c2 + c, d2 + Row(ref lanes, 2), ref Unsafe.Add(ref blocks, 2 * BlockSize), xor);
        Store(a3 + a, b3 + b, c3 + c, d3 + Row(ref lanes, 3), ref Unsafe.Add(ref blocks, 3 * BlockSize), xor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Row(ref ChaCha20Lanes lanes, int lane) =>
        Vector128.Create(lanes.Counter[lane], lanes.NoncePrefix, lanes.NonceLow[lane], lanes.NonceHigh[lane]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRounds(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a += b;
        d = Vector128.Shuffle((d ^ a).AsByte(), RotateBy16).AsUInt32();
        c += d;
        b ^= c;
        b = (b << 12) | (b >>> 20);
        a += b;
        d = Vector128.Shuffle((d ^ a).AsByte(), RotateBy8).AsUInt32();
        c += d;
        b ^= c;
        b = (b << 7) | (b >>> 25);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToDiagonals(ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
        c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
        d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d, ref byte block, bool xor)
    {
        if (xor)
        {
            a ^= Vector128.LoadUnsafe(ref block).AsUInt32();
            b ^= Vector128.LoadUnsafe(ref block, 16).AsUInt32();
            c ^= Vector128.LoadUnsafe(ref block, 32).AsUInt32();
            d ^= Vector128.LoadUnsafe(ref block, 48).AsUInt32();
        }
        a.AsByte().StoreUnsafe(ref block);
        b.AsByte().StoreUnsafe(ref block, 16);
        c.AsByte().StoreUnsafe(ref block, 32);
        d.AsByte().StoreUnsafe(ref block, 48);
    }
}
