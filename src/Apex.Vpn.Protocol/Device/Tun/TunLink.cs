using System.Diagnostics;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>
/// The interface behind a TUN descriptor: its name, index and MTU as of now. The kernel tells of changes over netlink. When the interface was
/// moved to another network namespace, that one is entered for a moment every second: a socket in there would hear more, and keep a
/// namespace alive that everybody else has left.
/// </summary>
/// <remarks>Changes are read by the thread that reads packets; everything else may be called from any thread.</remarks>
internal sealed class TunLink : IDisposable
{
    /// <summary>How old what is known may be where changes cannot be heard.</summary>
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly Descriptor _tun;
    private readonly Lock _gate = new();
    private readonly byte[] _buffer = new byte[NetlinkSocket.DatagramBytes];
    private readonly Descriptor? _control;
    private readonly NetlinkSocket? _changes;
    private volatile bool _isAway;
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
            if (_changes is null && IsStale) Refresh();
            return _mtu;
        }
    }

    /// <summary>Whether the interface is set up.</summary>
    internal bool IsUp => _isUp;

    /// <summary>Whether the interface is in another namespace, from which nothing is heard: look with <see cref="ReadChanges"/>, often.</summary>
    internal bool IsAway => _isAway;

    private bool IsStale => Stopwatch.GetElapsedTime(Volatile.Read(ref _refreshedAt)) >= PollInterval;

    /// <summary>Raised by <see cref="ReadChanges"/> after the interface was set up or down.</summary>
    internal event Action<bool>? StateChanged;

    /// <summary>Readable when <see cref="ReadChanges"/> has something to do; null where changes cannot be heard.</summary>
    internal Descriptor? Changes => _changes?.Handle;

    /// <summary>Takes note of what changed. Does not block, but for a moment when the interface is in another namespace.</summary>
    internal void ReadChanges()
    {
        bool changed = _isAway && IsStale;
        while (_changes?.Receive(_buffer) is int length and not 0)
        {
            changed |= length < 0 || IsAboutUs(_buffer.AsSpan(0, length)); // below 0: notifications were lost, ours may be among them
        }

        if (!changed) return;
        Refresh();
        if (_isUp == _reportedUp) return;
        _reportedUp = _isUp;
        StateChanged?.Invoke(_reportedUp);
    }

    /// <summary>Makes a request about the interface; <see cref="TunRequests"/> has the kinds.</summary>
    /// <returns>0, or the error number.</returns>
    internal int Ask(nuint kind, ref int value)
    {
        int asked = value, errno = Errno.ENODEV;
        WithControl(control => errno = TunRequests.Ask(control, kind, _name, ref asked));
        value = asked;
        return errno;
    }

    /// <summary>Reads name, place, index and MTU anew.</summary>
    internal void Refresh()
    {
        lock (_gate)
        {
            Volatile.Write(ref _refreshedAt, Stopwatch.GetTimestamp());
            Rename();
            _isAway = IsElsewhere();
            int index = 0, mtu = 0, flags = 0;
            WithControl(control =>
            {
                if (TunRequests.Ask(control, TunRequests.GetIndex, _name, ref index) != 0) index = 0;
                if (TunRequests.Ask(control, TunRequests.GetMtu, _name, ref mtu) != 0) mtu = 0;
                if (TunRequests.Ask(control, TunRequests.GetFlags, _name, ref flags) != 0) flags = 0;
            });
            _index = index;
            _mtu = mtu;
            _isUp = (flags & TunRequests.FlagUp) != 0;
        }
    }

    public void Dispose()
    {
        _control?.Dispose();
        _changes?.Dispose();
    }

    /// <summary>
    /// Calls with a socket in the namespace that the interface is in; does not call where there is none or it may not be entered (the MTU is
    /// then unknown: where our own sockets are, the name may come to mean another interface).
    /// </summary>
    private void WithControl(Action<Descriptor> action)
    {
        if (!_isAway)
        {
            if (_control is not null) action(_control);
            return;
        }
        using Descriptor? there = TunRequests.OpenNamespace(_tun);
        if (there is null || !there.TryAcquire(out Descriptor.Lease lease)) return;
        using (lease)
        {
            NetworkNamespace.Run(lease.Number, () =>
            {
                using Descriptor? control = OpenControl();
                if (control is not null) action(control);
                return control;
            });
        }
    }

    private bool IsElsewhere()
    {
        using Descriptor? there = TunRequests.OpenNamespace(_tun);
        using Descriptor? here = _changes?.OpenNamespace();
        return there is not null && here is not null && NetworkNamespace.NameOf(there) != NetworkNamespace.NameOf(here);
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

    private static NetlinkSocket? OpenChanges() => NetlinkSocket.TryOpen(NetlinkSocket.LinkGroup);

    /// <summary>Any socket will do to ask about an interface.</summary>
    private static Descriptor? OpenControl()
    {
        int number = LinuxNative.socket(LinuxNative.AddressFamilyIPv4, LinuxNative.SocketDatagram | LinuxNative.SocketCloseOnExec, 0);
        return number < 0 ? null : new Descriptor(number);
    }
}
