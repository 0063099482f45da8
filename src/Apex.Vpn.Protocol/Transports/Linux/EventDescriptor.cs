using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>An eventfd: what wakes a thread that blocks in <c>poll</c>. Closing a descriptor would not.</summary>
internal sealed unsafe class EventDescriptor : IDisposable
{
    internal EventDescriptor()
    {
        int descriptor = LinuxNative.eventfd(0, LinuxNative.EventNonBlocking | LinuxNative.EventCloseOnExec);
        if (descriptor < 0) throw new IOException($"eventfd failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        Handle = new Descriptor(descriptor);
    }

    /// <summary>Readable from <see cref="Signal"/> until <see cref="Reset"/>.</summary>
    internal Descriptor Handle { get; }

    /// <summary>Makes it readable. Any thread; does not block; nothing after <see cref="Dispose"/>.</summary>
    internal void Signal()
    {
        if (!Handle.TryAcquire(out Descriptor.Lease lease)) return;
        using (lease)
        {
            ulong one = 1;
            _ = LinuxNative.write(lease.Number, &one, sizeof(ulong)); // fails only when the counter is full, which is as readable
        }
    }

    /// <summary>Makes it unreadable. What the signal was for must be looked at after this, so that no signal is lost.</summary>
    internal void Reset()
    {
        if (!Handle.TryAcquire(out Descriptor.Lease lease)) return;
        using (lease)
        {
            ulong count;
            _ = LinuxNative.read(lease.Number, &count, sizeof(ulong));
        }
    }

    public void Dispose() => Handle.Dispose();
}
