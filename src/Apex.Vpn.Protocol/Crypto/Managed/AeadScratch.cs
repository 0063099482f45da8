using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>The working memory of one call, on its stack. All of it may hold what must not be left behind.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AeadScratch
{
    /// <summary>How many messages of a batch are worked on at a time.</summary>
    internal const int Messages = 16;

    private const int Alignment = 64;

    // What a single message needs comes first, so that no more than that has to be erased after it.

    /// <summary>The lanes of a pass over consecutive blocks of one message.</summary>
    internal ChaCha20Lanes Run;

    /// <summary>Keystream that does not fit its message as a whole.</summary>
    internal KeystreamBlocks Keystream;

    /// <summary>The authentication of a single message.</summary>
    internal Poly1305State State;

    /// <summary>Working memory of Poly1305 in vectors.</summary>
    internal Poly1305Scratch Poly1305;

    /// <summary>The lanes of a pass over blocks of several messages.</summary>
    internal ChaCha20Lanes Gathered;

    /// <summary>How many lanes of <see cref="Gathered"/> are taken.</summary>
    internal int GatheredLanes;

    /// <summary>How many pieces of text they are for.</summary>
    internal int Pieces;

    /// <summary>Where each piece starts in the slab.</summary>
    internal LaneNumbers PieceOffsets;

    /// <summary>How long each piece is.</summary>
    internal LaneNumbers PieceLengths;

    /// <summary>The authentication of each message.</summary>
    internal MessageStates States;

    /// <summary>The tag of each message.</summary>
    internal MessageTags Tags;

    /// <summary>How much stack to take for <see cref="On"/>.</summary>
    internal static int Room => Unsafe.SizeOf<AeadScratch>() + Alignment;

    /// <summary>The memory in a piece of stack of <see cref="Room"/> bytes; what is in it is not defined.</summary>
    internal static unsafe ref AeadScratch On(byte* stack) =>
        ref Unsafe.AsRef<AeadScratch>((byte*)(((nuint)stack + Alignment - 1) & ~(nuint)(Alignment - 1)));

    /// <summary>Erases all of it.</summary>
    internal static void Erase(ref AeadScratch scratch) =>
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<AeadScratch>(ref scratch)));

    /// <summary>Erases what a single message used.</summary>
    internal static void EraseSingle(ref AeadScratch scratch)
    {
        ref byte start = ref Unsafe.As<AeadScratch, byte>(ref scratch);
        ref byte end = ref Unsafe.As<ulong, byte>(ref scratch.Poly1305.Powers[Poly1305BlocksV256.WordsOfPowers]);
        CryptographicOperations.ZeroMemory(MemoryMarshal.CreateSpan(ref start, (int)Unsafe.ByteOffset(ref start, ref end)));
    }

    [InlineArray(ChaCha20Lanes.Most * ChaCha20Kernel.BlockSize)]
    internal struct KeystreamBlocks
    {
        private byte _first;
    }

    [InlineArray(ChaCha20Lanes.Most)]
    internal struct LaneNumbers
    {
        private int _first;
    }

    [InlineArray(Messages)]
    internal struct MessageStates
    {
        private Poly1305State _first;
    }

    [InlineArray(Messages)]
    internal struct MessageTags
    {
        private (ulong Low, ulong High) _first;
    }
}
