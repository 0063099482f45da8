using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Crypto.Managed;

/// <summary>Memory for the vectors of <see cref="Poly1305Kernel"/>; fast where it lies at a multiple of 64.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Poly1305Scratch
{
    /// <summary>The most words that one power takes.</summary>
    internal const int PowerSize = 9 * 8;

    /// <summary>Words of the messages, brought into the order of the lanes.</summary>
    internal WordTable Words;

    /// <summary>Up to four powers of r, each nine vectors: five limbs, and four of them times 5. One message needs the first two.</summary>
    internal PowerTable Powers;

    [InlineArray(4 * PowerSize)]
    internal struct PowerTable
    {
        private ulong _first;
    }

    [InlineArray(8 * 8)]
    internal struct WordTable
    {
        private ulong _first;
    }
}
