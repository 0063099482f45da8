using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Buffers;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>A Linux TUN interface: IP packets without a link layer, through <c>/dev/net/tun</c> or a descriptor handed in.</summary>
/// <remarks>Thread safety is that of <see cref="ITunDevice"/>; <see cref="SetMtu"/> and <see cref="BringUp"/> may be called from any
/// thread. Giving the interface addresses and routes is the caller's business.</remarks>
[Experimental(ApexDiagnostics.DataPath)]
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("android")]
public sealed unsafe class LinuxTun : ITunDevice, IPolledSource
{
    private const int Entries = 3;
    private const int WakeIndex = 0;
    private const int TunIndex = 1;
    private const int ChangesIndex = 2;

    /// <summary>How long to leave a descriptor alone whose reads fail, unless the interface changes before.</summary>
    private const int TroublePauseMilliseconds = 250;

    /// <summary>What a read of 65535 bytes comes to at most, in segments of 512 bytes and more, and the room for their headers: 100 bytes
    /// with all options, head- and tailroom, and what aligns them.</summary>
    private const int SegmentsPerRead = 128;
    private const int CuttingRoom = SegmentsPerRead * 224;

    private readonly Descriptor _tun;
    private readonly TunLink _link;
    private readonly EventDescriptor _wakeEvent;
    private readonly Poller _poller;
    private readonly TunOffload _offload;
    private volatile bool _disposed;
    private volatile bool _gone;
    private int _wakeRequested;

    private bool _trouble; // the reading thread's

    internal LinuxTun(Descriptor tun, string name, TunOffload offload)
    {
        _tun = tun;
        _offload = offload;
        _poller = new Poller(this);
        _wakeEvent = new EventDescriptor();
        _link = new TunLink(tun, name);
    }

    /// <inheritdoc/>
    /// <remarks>Follows a rename.</remarks>
    public string Name => _link.Name;

    /// <inheritdoc/>
    /// <remarks>Followed also when the interface was moved to another network namespace, if the process may enter that one.</remarks>
    public int Mtu => _link.Mtu;

    /// <summary>The interface's index in the network namespace that it is in; 0 when unknown.</summary>
    public int InterfaceIndex => _link.Index;

    /// <summary>Whether the interface is set up (<c>ip link set NAME up</c>), as of now.</summary>
    public bool IsLinkUp => _link.IsUp;

    /// <summary>What goes between us and the kernel as one packet. To be taken back where a kernel or a driver behind it gets it wrong;
    /// what the kernel cannot do stays out when set, and is always out for a descriptor without <c>IFF_VNET_HDR</c>.</summary>
    public TunOffloads Offloads
    {
        get => _offload.Allowed;
        set => _offload.Allowed = value;
    }

    /// <summary>Raised when the interface was set up (true) or down (false); on the thread that reads, which must go on soon.</summary>
    public event Action<bool>? LinkChanged
    {
        add => _link.StateChanged += value;
        remove => _link.StateChanged -= value;
    }

    /// <summary>Makes an interface, which disappears when it is disposed, or attaches to a persistent one.</summary>
    /// <param name="name">At most 15 bytes; empty, or with <c>%d</c> in it, to let the kernel choose.</param>
    /// <param name="mtu">The MTU in bytes, 68 to 65535.</param>
    /// <exception cref="TunException">There is no <c>/dev/net/tun</c>, the process may not use it (CAP_NET_ADMIN), or the name is taken or
    /// too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The MTU is out of range.</exception>
    public static LinuxTun Open(string name, int mtu = 1420)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfNoMtu(mtu);
        LinuxTun tun = TunOpener.Create(name);
        try
        {
            tun.SetMtu(mtu);
            return tun;
        }
        catch
        {
            tun.Dispose();
            throw;
        }
    }

    /// <summary>Takes over a descriptor of a TUN interface: from Android's <c>VpnService</c>, or from a parent process.</summary>
    /// <param name="descriptor">Opened with <c>IFF_TUN | IFF_NO_PI</c>, with <c>IFF_VNET_HDR</c> or without; made non-blocking; closed when
    /// the result is disposed.</param>
    /// <exception cref="TunException">It is no such descriptor. It is then still the caller's.</exception>
    public static LinuxTun FromDescriptor(int descriptor) => TunOpener.TakeOver(descriptor);

    /// <summary>Uses a descriptor of a TUN interface that the caller keeps.</summary>
    /// <param name="descriptor">Opened with <c>IFF_TUN | IFF_NO_PI</c>, with <c>IFF_VNET_HDR</c> or without; duplicated, so that each side
    /// disposes its own; made non-blocking, which the caller's shares.</param>
    /// <exception cref="TunException">It is no such descriptor.</exception>
    public static LinuxTun FromDescriptor(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return TunOpener.Duplicate(descriptor);
    }

    /// <summary>Sets the MTU.</summary>
    /// <param name="mtu">In bytes, 68 to 65535.</param>
    /// <exception cref="ArgumentOutOfRangeException">The MTU is out of range.</exception>
    /// <exception cref="TunException">The kernel refused.</exception>
    public void SetMtu(int mtu)
    {
        ThrowIfNoMtu(mtu);
        Demand(TunRequests.SetMtu, mtu, $"Cannot set the MTU of {Name} to {mtu}");
        _link.Refresh();
    }

    /// <summary>Sets the interface up. Until then the kernel gives no packets and takes none.</summary>
    /// <exception cref="TunException">The kernel refused.</exception>
    public void BringUp()
    {
        int flags = 0;
        int errno = _link.Ask(TunRequests.GetFlags, ref flags);
        if (errno != 0) throw TunOpener.Error($"Cannot set {Name} up", errno);
        Demand(TunRequests.SetFlags, (ushort)flags | TunRequests.FlagUp, $"Cannot set {Name} up");
    }

    /// <inheritdoc/>
    /// <remarks>What the kernel hands over as one packet of many segments is cut into them. Segments beyond what the batch holds are lost, as
    /// on a full queue: with 256 slots and a slab of 256 KiB only where segments are shorter than 512 bytes.</remarks>
    /// <exception cref="ArgumentException">The batch has no room for even one packet of the greatest length.</exception>
    public int Read(PacketBatch batch)
    {
        while (true)
        {
            _poller.LookIfDue();
            if (((IPolledSource)this).TryTake(batch, out bool woken)) return batch.Count;
            if (woken) return 0;
            _poller.Wait();
        }
    }

    /// <inheritdoc/>
    public int Write(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!_tun.TryAcquire(out Descriptor.Lease lease)) return 0;
        using (lease)
        {
            TunWriter writer = TunWriter.OfThisThread;
            int taken = writer.Write(lease.Number, _offload, batch);
            if (writer.FatalError != 0 && IsGone(writer.FatalError)) _wakeEvent.Signal();
            return taken;
        }
    }

    /// <inheritdoc/>
    int IPolledSource.PollEntries => Entries;

    /// <inheritdoc/>
    int IPolledSource.PatienceMilliseconds =>
        _trouble ? TroublePauseMilliseconds : _link.IsAway ? (int)TunLink.PollInterval.TotalMilliseconds : -1;

    /// <inheritdoc/>
    bool IPolledSource.TryTake(PacketBatch batch, out bool woken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Slab.Length < PacketBatch.PlaceAfter(0) + PacketBatch.MaxPacket + PacketBatch.Tailroom)
            throw new ArgumentException("The slab must hold a packet of 65535 bytes with head- and tailroom.", nameof(batch));
        batch.Clear();
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_gone) throw new TunClosedException($"The TUN interface {Name} is gone.");
        woken = Volatile.Read(ref _wakeRequested) != 0 && Interlocked.Exchange(ref _wakeRequested, 0) != 0;
        if (woken || _trouble) return false;
        _trouble = !Fill(batch);
        return batch.Count > 0;
    }

    /// <inheritdoc/>
    void IPolledSource.Arm(PollSet poll, int first)
    {
        poll.Set(first + WakeIndex, _wakeEvent.Handle);
        poll.Set(first + TunIndex, _trouble ? null : _tun);
        poll.Set(first + ChangesIndex, _link.Changes);
    }

    /// <inheritdoc/>
    void IPolledSource.AfterWait(PollSet poll, int first)
    {
        _trouble = poll.IsTroubled(first + TunIndex);
        if (poll.IsReady(first + WakeIndex)) _wakeEvent.Reset();
        if (_link.IsAway || poll.IsReady(first + ChangesIndex)) _link.ReadChanges();
    }

    /// <inheritdoc/>
    public void Wake()
    {
        Volatile.Write(ref _wakeRequested, 1);
        _wakeEvent.Signal();
    }

    /// <summary>Closes the descriptor; an interface that is not persistent disappears. A blocked <see cref="Read"/> throws
    /// <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _disposed = true;
        _wakeEvent.Signal();
        _wakeEvent.Dispose();
        _tun.Dispose();
        _link.Dispose();
    }

    /// <summary>Reads until there is nothing more or the batch is full.</summary>
    /// <returns>False when reading failed for a reason that may last.</returns>
    private bool Fill(PacketBatch batch)
    {
        if (!_tun.TryAcquire(out Descriptor.Lease lease)) return true;
        using (lease)
        {
            var packer = new TunBatchPacker(batch);
            int header = _offload.HasHeaders ? VirtioHeader.Size : 0;
            fixed (byte* slab = batch.Slab)
            {
                while (HasRoom(batch, packer) && packer.TryPlace(PacketBatch.MaxPacket, out int offset))
                {
                    nint length = LinuxNative.read(lease.Number, slab + offset - header, (nuint)(PacketBatch.MaxPacket + header));
                    if (length > header)
                    {
                        Add(ref packer, batch, offset, (int)length - header);
                        batch.Reads++;
                    }
                    else if (length == 0 || (length < 0 && Marshal.GetLastPInvokeError() is not Errno.EINTR))
                        return length < 0 && !Lasts(Marshal.GetLastPInvokeError());
                }
            }

            return true;
        }
    }

    /// <summary>Whether what is read next could be cut without loss. An empty batch takes whatever comes.</summary>
    private bool HasRoom(PacketBatch batch, in TunBatchPacker packer) => !_offload.HasHeaders || batch.Count == 0
        || (packer.SlotsLeft >= Math.Min(SegmentsPerRead, batch.Capacity / 2) && packer.TryPlace(PacketBatch.MaxPacket + CuttingRoom, out _));

    private void Add(ref TunBatchPacker packer, PacketBatch batch, int offset, int length)
    {
        if (!_offload.HasHeaders) packer.Add(offset, length);
        else SegmentSplitter.TryAdd(ref packer, batch, offset, length, VirtioHeader.Read(batch.Slab[(offset - VirtioHeader.Size)..]));
    }

    /// <summary>Whether an error of a read is more than "nothing there". An interface that is down or going away gives others.</summary>
    private bool Lasts(int errno) => errno != Errno.EAGAIN && !IsGone(errno);

    /// <summary>Notes that the interface is gone when the error says so, or the descriptor has none any more.</summary>
    private bool IsGone(int errno)
    {
        bool known = errno is Errno.EBADFD or Errno.ENODEV;
        if (known) _gone = true;
        return known;
    }

    private void Demand(nuint kind, int value, string what)
    {
        int errno = _link.Ask(kind, ref value);
        if (errno != 0) throw TunOpener.Error(what, errno);
    }

    private static void ThrowIfNoMtu(int mtu)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mtu, 68);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mtu, 65535);
    }
}
