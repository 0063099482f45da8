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

    internal TunLink(Descriptor tun, string name)
    {
        _tun = tun;
        _name = name;
        _changes = OpenChanges();
        _control = _changes?.Handle ?? OpenControl();
        FollowToWhereItIs();
        Refresh();
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

    /// <summary>Readable when <see cref="ReadChanges"/> has something to do; null where changes cannot be heard.</summary>
    internal Descriptor? Changes => _changes?.Handle;

    /// <summary>Takes note of what changed. Does not block, but for a moment when the interface was moved to another namespace.</summary>
    internal void ReadChanges()
    {
        NetlinkSocket? changes = _changes;
        bool changed = false, left = false;
        while (changes?.Receive(_buffer) is int length and not 0)
        {
            if (length < 0)
            {
                changed = left = true; // notifications were lost: look at everything
                continue;
            }

            var messages = new NetlinkMessages(_buffer.AsSpan(0, length));
            while (messages.MoveNext())
            {
                if (messages.LinkIndex != _index) continue;
                changed |= messages.Type == NetlinkMessages.NewLink;
                left |= messages.Type == NetlinkMessages.DeleteLink;
            }
        }

        if (left) FollowToWhereItIs();
        if (changed || left) Refresh();
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
            if (TunRequests.Identify(_tun, out string name, out _) == 0 && name != _name) _name = name;
            int index = 0, mtu = 0;
            _index = Ask(TunRequests.GetIndex, ref index) == 0 ? index : 0;
            _mtu = Ask(TunRequests.GetMtu, ref mtu) == 0 ? mtu : 0;
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

    /// <summary>
    /// Moves our sockets to the namespace that the interface is in, if it is in another one. Without the right to enter it the MTU is
    /// unknown from then on: where the old sockets are, the name may come to mean another interface.
    /// </summary>
    private void FollowToWhereItIs()
    {
        using Descriptor? there = TunRequests.OpenNamespace(_tun);
        using Descriptor? here = _changes?.OpenNamespace();
        if (there is null || here is null || !there.TryAcquire(out Descriptor.Lease lease)) return;
        NetlinkSocket? moved;
        using (lease)
        {
            if (NetworkNamespace.NameOf(there) == NetworkNamespace.NameOf(here)) return;
            moved = NetworkNamespace.Run(lease.Number, OpenChanges);
        }

        lock (_gate)
        {
            if (_disposed)
                moved?.Dispose();
            else
                Replace(moved);
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
