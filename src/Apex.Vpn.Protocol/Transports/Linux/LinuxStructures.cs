using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    internal const short In = 0x1;
    internal const short Out = 0x4;

    internal int Descriptor;
    internal short Events;
    internal short Returned;
}

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    internal byte* Base;
    internal nuint Length;
}

/// <summary><c>struct msghdr</c>. Native-sized members give the kernel's layout on 32 and 64 bits, under glibc and musl.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    internal byte* Name;
    internal uint NameLength;
    internal IoVector* Vectors;
    internal nuint VectorCount;
    internal byte* Control;
    internal nuint ControlLength;
    internal int Flags;
}

/// <summary><c>struct mmsghdr</c>: a message and, after the call, its length.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MultiMessageHeader
{
    internal MessageHeader Header;
    internal uint Length;
}

/// <summary><c>struct ifreq</c>: an interface's name and one number in the union behind it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal unsafe struct InterfaceRequest
{
    internal const int NameBytes = 16;

    [FieldOffset(0)] internal fixed byte Name[NameBytes];
    [FieldOffset(16)] internal short Flags;
    [FieldOffset(16)] internal int Value;
}

/// <summary><c>struct sockaddr_nl</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NetlinkAddress
{
    internal ushort Family;
    internal ushort Padding;
    internal uint PortId;
    internal uint Groups;
}
