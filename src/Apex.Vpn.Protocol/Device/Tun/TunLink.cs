using System.Diagnostics;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>
/// The interface behind a TUN descriptor: its name, index and MTU as of now. The kernel tells of changes over netlink; when the
/// interface is moved to another network namespace, the ear is moved after it.
/// </summary>
/// <remarks>Changes are read by the thread that reads packets; everything else may be called from any thread.</remarks>
internal sealed class TunLink : IDisposable
{
    /// <summary>How old the MTU may be where changes cannot be heard.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly Descriptor _tun;
    private readonly Lock _gate = new();
    private readonly byte[] _buffer = new byte[NetlinkSocket.DatagramBytes];
    private Descriptor? _control;
    private volatile NetlinkSocket? _changes;
    private bool _disposed;
    private long _refreshedAt;
    private volatile string _name;
    private volatile int _index;
    private volatile int _mtu;
    private volatile bool _isUp;
    private bool _reportedUp; // the reading thread's

    /// <param name="tun">The descriptor; stays the caller's.</param>
    /// <param name="name">The interface's name.</param>
    /// <param name="listen">Whether to listen for changes, where that is possible.</param>
    internal TunLink(Descriptor tun, string name, bool listen = true)
    {
        _tun = tun;
        _name = name;
        _changes = listen ? OpenChanges() : null;
        _control = _changes?.Handle ?? OpenControl();
        FollowToWhereItIs();
        Refresh();
        _reportedUp = _isUp;
    }

    internal string Name => _name;

    /// <summary>The interface's index in the namespace that it is in; 0 when unknown.</summary>
    internal int Index => _index;

    /// <summary>The MTU; 0 when unknown.</summary>
    internal int Mtu
    {
        get
        {
            if (_changes is null && Stopwatch.GetElapsedTime(Volatile.Read(ref _refreshedAt)) >= PollInterval) Refresh();
            return _mtu;
        }
    }

    /// <summary>Whether the interface is set up.</summary>
    internal bool IsUp => _isUp;

    /// <summary>Raised by <see cref="ReadChanges"/> after the interface was set up or down.</summary>
    internal event Action<bool>? StateChanged;

    /// <summary>Readable when <see cref="ReadChanges"/> has something to do; null where changes cannot be heard.</summary>
    internal Descriptor? Changes => _changes?.Handle;

    /// <summary>Takes note of what changed. Does not block, but for a moment when the interface was moved to another namespace.</summary>
    internal void ReadChanges()
    {
        NetlinkSocket? changes = _changes;
        bool changed = false;
        while (changes?.Receive(_buffer) is int length and not 0)
        {
            changed |= length < 0 || IsAboutUs(_buffer.AsSpan(0, length)); // below 0: notifications were lost, ours may be among them
        }

        if (!changed) return;
        Rename();
        if (!IsStillHere() && !FollowToWhereItIs()) Forget();
        Refresh();
        if (_isUp == _reportedUp) return;
        _reportedUp = _isUp;
        StateChanged?.Invoke(_reportedUp);
    }

    /// <summary>Makes a request about the interface; <see cref="TunRequests"/> has the kinds.</summary>
    /// <returns>0, or the error number.</returns>
    internal int Ask(nuint kind, ref int value)
    {
        lock (_gate)
        {
            return _control is null ? Errno.ENODEV : TunRequests.Ask(_control, kind, _name, ref value);
        }
    }

    /// <summary>Reads name, index and MTU anew.</summary>
    internal void Refresh()
    {
        lock (_gate)
        {
            Volatile.Write(ref _refreshedAt, Stopwatch.GetTimestamp());
            Rename();
            int index = 0, mtu = 0, flags = 0;
            _index = Ask(TunRequests.GetIndex, ref index) == 0 ? index : 0;
            _mtu = Ask(TunRequests.GetMtu, ref mtu) == 0 ? mtu : 0;
            _isUp = Ask(TunRequests.GetFlags, ref flags) == 0 && (flags & TunRequests.FlagUp) != 0;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Replace(null);
        }
    }

    /// <summary>Moves our sockets to the namespace that the interface is in, if it is in another one.</summary>
    /// <returns>False where that cannot be found out or is not allowed.</returns>
    private bool FollowToWhereItIs()
    {
        using Descriptor? there = TunRequests.OpenNamespace(_tun);
        using Descriptor? here = _changes?.OpenNamespace();
        if (there is null || here is null || !there.TryAcquire(out Descriptor.Lease lease)) return false;
        using (lease)
        {
            if (NetworkNamespace.NameOf(there) == NetworkNamespace.NameOf(here)) return true;
            NetlinkSocket? moved = NetworkNamespace.Run(lease.Number, OpenChanges);
            if (moved is null) return false;
            lock (_gate)
            {
                if (_disposed)
                    moved.Dispose();
                else
                    Replace(moved);
            }

            return true;
        }
    }

    private bool IsAboutUs(ReadOnlySpan<byte> datagram)
    {
        var messages = new NetlinkMessages(datagram);
        while (messages.MoveNext())
        {
            if (messages.Type is NetlinkMessages.NewLink or NetlinkMessages.DeleteLink && messages.LinkIndex == _index) return true;
        }

        return false;
    }

    /// <summary>The descriptor knows the name wherever the interface is. Waits for a move that is under way.</summary>
    private void Rename()
    {
        if (TunRequests.Identify(_tun, out string name, out _) == 0 && name != _name) _name = name;
    }

    private bool IsStillHere()
    {
        int index = 0;
        return Ask(TunRequests.GetIndex, ref index) == 0 && index == _index;
    }

    /// <summary>The MTU is unknown from now on: where our sockets are, the name may come to mean another interface.</summary>
    private void Forget()
    {
        lock (_gate)
        {
            Replace(null);
        }
    }

    private void Replace(NetlinkSocket? changes)
    {
        _control?.Dispose();
        _changes?.Dispose();
        _changes = changes;
        _control = changes?.Handle;
    }

    private static NetlinkSocket? OpenChanges() => NetlinkSocket.TryOpen(NetlinkSocket.LinkGroup);

    /// <summary>Any socket will do to ask about an interface.</summary>
    private static Descriptor? OpenControl()
    {
        int number = LinuxNative.socket(LinuxNative.AddressFamilyIPv4, LinuxNative.SocketDatagram | LinuxNative.SocketCloseOnExec, 0);
        return number < 0 ? null : new Descriptor(number);
    }
}
