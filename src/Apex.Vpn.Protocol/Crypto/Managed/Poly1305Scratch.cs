using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Memory for Poly1305 in vectors; fast where it lies at a multiple of 64.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Poly1305Scratch
{
    /// <summary>The room for the tail of one message: up to four blocks of text, and the block with the lengths.</summary>
    internal const int TailSize = 2 * Poly1305Groups.GroupSize;

    /// <summary>Words of the messages, brought into the order of the lanes.</summary>
    internal WordTable Words;

    /// <summary>Up to four powers of r, each nine vectors: five limbs, and four of them times 5.</summary>
    internal PowerTable Powers;

    /// <summary>The accumulators, five vectors of limbs.</summary>
    internal AccumulatorTable Accumulators;

    /// <summary>Where the message of each lane starts.</summary>
    internal StartTable Starts;

    /// <summary>The tail of each message, padded with zeros to whole blocks.</summary>
    internal TailTable Tails;

    [InlineArray(4 * Poly1305LimbsV512.PowerSize)]
    internal struct PowerTable
    {
        private ulong _first;
    }

    [InlineArray(8 * Poly1305LimbsV512.Count)]
    internal struct WordTable
    {
        private ulong _first;
    }

    [InlineArray(5 * Poly1305LimbsV512.Count)]
    internal struct AccumulatorTable
    {
        private ulong _first;
    }

    [InlineArray(2 * Poly1305LimbsV512.Count)]
    internal struct StartTable
    {
        private int _first;
    }

    [InlineArray(TailSize * Poly1305LimbsV512.Count)]
    internal struct TailTable
    {
        private byte _first;
    }
}
