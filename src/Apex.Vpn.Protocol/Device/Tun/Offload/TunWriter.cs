using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>Writes a batch to a TUN descriptor in as few calls as its offloads allow. One per writing thread.</summary>
[Experimental(ApexDiagnostics.DataPath)]
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("android")]
internal sealed unsafe class TunWriter
{
    private const int MaxHeader = 128; // IPv6 and TCP with all options have 100

    [ThreadStatic]
    private static TunWriter? _ofThisThread;

    private readonly PacketCoalescer _coalescer = new();
    private readonly IoVector[] _vectors = GC.AllocateArray<IoVector>(PacketCoalescer.MaxPackets, pinned: true);
    private readonly byte[] _header = new byte[MaxHeader];

    /// <summary>The calling thread's own.</summary>
    internal static TunWriter OfThisThread => _ofThisThread ??= new TunWriter();

    /// <summary>What the last call met if the interface is gone, else 0.</summary>
    internal int FatalError { get; private set; }

    /// <summary>Writes every slot of non-zero length.</summary>
    /// <param name="tun">The descriptor.</param>
    /// <param name="offload">What it can do.</param>
    /// <param name="batch">Headers in it may change.</param>
    /// <returns>How many slots the kernel took.</returns>
    internal int Write(int tun, TunOffload offload, PacketBatch batch)
    {
        FatalError = 0;
        int taken = 0;
        _coalescer.Group(batch, offload.MergesTcp, offload.MergesUdp);
        foreach (ref readonly PacketRun run in _coalescer.Runs)
        {
            int errno = run.Count > 1 ? WriteRun(tun, offload, batch, in run) : Errno.EINVAL;
            if (errno == 0) taken += run.Count;
            else if (errno == Errno.EINVAL) taken += WriteSingly(tun, offload.HasHeaders, batch, in run);
            else Note(errno);
            if (FatalError != 0) break;
        }
        return taken;
    }

    /// <returns>0, or the error number: EINVAL when the packets should be tried one by one; they are then as they were.</returns>
    private int WriteRun(int tun, TunOffload offload, PacketBatch batch, in PacketRun run)
    {
        ref PacketSlot first = ref batch[run.First];
        Span<byte> original = batch.Bytes(in first);
        original = original[..Math.Min(original.Length, MaxHeader)];
        original.CopyTo(_header);
        VirtioHeader header = PacketCoalescer.Merge(batch, in run);
        header.Write(batch.Slab[(first.Offset - VirtioHeader.Size)..]);

        byte* slab = Start(batch);
        _vectors[0] = new IoVector { Base = slab + first.Offset - VirtioHeader.Size, Length = (nuint)(first.Length + VirtioHeader.Size) };
        int slot = run.First;
        for (int i = 1; i < run.Count; i++)
        {
            slot = _coalescer.After(slot);
            ref PacketSlot next = ref batch[slot];
            _vectors[i] = new IoVector
            {
                Base = slab + next.Offset + header.HeaderLength,
                Length = (nuint)(next.Length - header.HeaderLength),
            };
        }
        int errno = Write(tun, run.Count);
        if (errno == 0)
        {
            offload.Prove(header.SegmentType);
        }
        else if (errno == Errno.EINVAL)
        {
            offload.Doubt(header.SegmentType);
            _header.AsSpan(0, original.Length).CopyTo(original);
        }
        return errno;
    }

    private int WriteSingly(int tun, bool hasHeaders, PacketBatch batch, in PacketRun run)
    {
        int taken = 0, slot = run.First;
        byte* slab = Start(batch);
        for (int i = 0; i < run.Count; i++)
        {
            if (i > 0) slot = _coalescer.After(slot);
            ref PacketSlot packet = ref batch[slot];
            int header = hasHeaders ? VirtioHeader.Size : 0;
            if (hasHeaders) default(VirtioHeader).Write(batch.Slab[(packet.Offset - header)..]);
            _vectors[0] = new IoVector { Base = slab + packet.Offset - header, Length = (nuint)(packet.Length + header) };
            int errno = Write(tun, 1);
            if (errno == 0) taken++;
            else Note(errno);
        }
        return taken;
    }

    private void Note(int errno)
    {
        if (errno is Errno.EBADFD or Errno.ENODEV) FatalError = errno;
    }

    /// <returns>0, or the error number.</returns>
    private int Write(int tun, int vectors)
    {
        var first = (IoVector*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_vectors));
        int errno;
        do
        {
            nint written = vectors == 1 ? LinuxNative.write(tun, first->Base, first->Length) : LinuxNative.writev(tun, first, vectors);
            if (written >= 0) return 0;
            errno = Marshal.GetLastPInvokeError();
        }
        while (errno == Errno.EINTR);
        return errno;
    }

    private static byte* Start(PacketBatch batch) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(batch.Slab));
}
