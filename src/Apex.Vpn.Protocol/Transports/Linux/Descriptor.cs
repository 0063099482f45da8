using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>
/// A file descriptor that is closed when no system call uses it any more: a number that was closed under a running call could by then
/// belong to somebody else's file.
/// </summary>
internal sealed class Descriptor : SafeHandle
{
    private readonly ManualResetEventSlim _released = new();

    /// <summary>Takes over an open descriptor.</summary>
    internal Descriptor(int descriptor) : base(-1, ownsHandle: true) => SetHandle(descriptor);

    public override bool IsInvalid => handle < 0;

    /// <summary>Keeps the descriptor open until the lease is disposed.</summary>
    /// <returns>False when it was disposed already.</returns>
    internal bool TryAcquire(out Lease lease)
    {
        lease = default;
        if (IsClosed || IsInvalid) return false;
        bool added = false;
        try
        {
            DangerousAddRef(ref added);
        }
        catch (ObjectDisposedException)
        {
            return false; // disposed between the two lines
        }

        lease = new Lease(this, (int)handle);
        return true;
    }

    /// <summary>Closes the descriptor, or waits until the last system call that uses it has returned and closed it.</summary>
    /// <remarks>The caller has seen to it that none blocks for long, and holds no lease itself.</remarks>
    internal void CloseAndWait(TimeSpan patience)
    {
        Dispose();
        _released.Wait(patience);
    }

    protected override bool ReleaseHandle()
    {
        bool closed = LinuxNative.close((int)handle) == 0;
        _released.Set();
        return closed;
    }

    /// <summary>The right to use the number.</summary>
    internal readonly ref struct Lease(Descriptor owner, int number) : IDisposable
    {
        internal int Number { get; } = number;

        public void Dispose() => owner?.DangerousRelease();
    }
}
