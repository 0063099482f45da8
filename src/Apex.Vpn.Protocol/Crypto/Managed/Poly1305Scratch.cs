using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Memory for Poly1305 in vectors; fast where it lies at a multiple of 64.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Poly1305Scratch
{
    /// <summary>Words of the messages, brought into the order of the lanes.</summary>
    internal WordTable Words;

    /// <summary>Up to four powers of r, each nine vectors: five limbs, and four of them times 5.</summary>
    internal PowerTable Powers;

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
}
