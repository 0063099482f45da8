using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>A few descriptors that one thread waits on. Each is kept open while the thread waits.</summary>
internal sealed unsafe class PollSet(int size)
{
    private const short Troubled = 0x8 | 0x10 | 0x20; // POLLERR, POLLHUP, POLLNVAL

    private readonly PollDescriptor[] _entries = GC.AllocateArray<PollDescriptor>(size, pinned: true);
    private readonly Descriptor?[] _descriptors = new Descriptor?[size];

    /// <summary>Sets what the place at an index waits for; null for nothing.</summary>
    internal void Set(int index, Descriptor? descriptor) => _descriptors[index] = descriptor;

    /// <summary>Blocks until something is readable, the time is up (-1: never) or a signal handler ran.</summary>
    internal void Wait(int timeoutMilliseconds)
    {
        int held = 0;
        _entries.AsSpan().Fill(new PollDescriptor { Descriptor = -1, Events = PollDescriptor.In });
        try
        {
            for (; held < _entries.Length; held++)
            {
                Descriptor? descriptor = _descriptors[held];
                if (descriptor is null) continue;
                if (!descriptor.TryAcquire(out Descriptor.Lease lease)) return; // closed meanwhile: the caller looks again
                _entries[held].Descriptor = lease.Number; // given back below, for all of them
            }

            var first = (PollDescriptor*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_entries));
            // After EINTR nothing is ready, and the caller looks again.
            _ = LinuxNative.poll(first, (nuint)_entries.Length, timeoutMilliseconds);
        }
        finally
        {
            for (int i = 0; i < held; i++)
            {
                _descriptors[i]?.DangerousRelease();
            }
        }
    }

    /// <summary>Whether there is something to read, or an error to collect, at an index.</summary>
    internal bool IsReady(int index) => _entries[index].Returned != 0;

    /// <summary>Whether the descriptor at an index is in trouble of a kind that reading may not clear.</summary>
    internal bool IsTroubled(int index) => (_entries[index].Returned & Troubled) != 0;
}
