using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>
/// The native side of one batch call: message headers in a row, as <c>recvmmsg</c> and <c>sendmmsg</c> want them, each with its own
/// vector, address and control bytes. Allocated once, pinned; the wiring between the parts never changes.
/// </summary>
internal sealed unsafe class MessageArray
{
    /// <summary>Messages per call: enough to amortise it, little enough to stay in the first-level cache.</summary>
    internal const int Capacity = 64;

    private readonly MultiMessageHeader[] _headers = GC.AllocateArray<MultiMessageHeader>(Capacity, pinned: true);
    private readonly Parts[] _parts = GC.AllocateArray<Parts>(Capacity, pinned: true);

    internal MessageArray()
    {
        First = (MultiMessageHeader*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_headers));
        var parts = (Parts*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_parts));
        for (int i = 0; i < Capacity; i++)
        {
            First[i].Header = new MessageHeader
            {
                Name = parts[i].Address,
                Vectors = &parts[i].Vector,
                VectorCount = 1,
                Control = parts[i].Control,
            };
        }
    }

    /// <summary>The headers in a row.</summary>
    internal MultiMessageHeader* First { get; }

    /// <summary>The bytes that a message is read into or sent from.</summary>
    internal ref IoVector Vector(int index) => ref _parts[index].Vector;

    /// <summary>The place of a message's remote address.</summary>
    internal Span<byte> Address(int index) => new(First[index].Header.Name, SocketAddresses.IPv6Bytes);

    /// <summary>The place of a message's control bytes.</summary>
    internal Span<byte> Control(int index) => new(First[index].Header.Control, ControlMessages.MaxBytes);

    [StructLayout(LayoutKind.Sequential)]
    private struct Parts
    {
        internal fixed byte Control[ControlMessages.MaxBytes]; // first, so that it is aligned as cmsghdr asks
        internal IoVector Vector;
        internal fixed byte Address[32];
    }
}
