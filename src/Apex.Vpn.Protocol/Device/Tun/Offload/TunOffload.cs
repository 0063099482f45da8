using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>What a TUN descriptor can do for us: what the kernel may leave undone in what is read, and what it takes unfinished.</summary>
/// <remarks>Any thread. What the kernel turns out not to take is switched off for good.</remarks>
[Experimental(ApexDiagnostics.DataPath)]
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("android")]
internal sealed class TunOffload
{
    private static readonly Version MergesUdpSafely = new(6, 8, 5);

    private readonly Descriptor? _tun;
    private volatile TunOffloads _allowed;
    private volatile bool _tcpProven;
    private volatile bool _udpProven;
    private volatile bool _tcpRefused;
    private volatile bool _udpRefused;

    private TunOffload(Descriptor? tun)
    {
        _tun = tun;
        _udpRefused = Environment.OSVersion.Version < MergesUdpSafely;
        Allowed = tun is null ? TunOffloads.None : TunOffloads.All;
    }

    /// <summary>A descriptor of bare packets.</summary>
    internal static TunOffload None { get; } = new(null);

    /// <summary>Whether a virtio header goes before every packet.</summary>
    internal bool HasHeaders => _tun is not null;

    /// <summary>Whether TCP segments may be written as one packet.</summary>
    internal bool MergesTcp => !_tcpRefused && (_allowed & TunOffloads.Tcp) != 0;

    /// <summary>Whether UDP datagrams may be written as one packet.</summary>
    internal bool MergesUdp => !_udpRefused && (_allowed & TunOffloads.Udp) != 0;

    /// <summary>What may be used, as far as the kernel can do it. Packets already on their way may still come unfinished.</summary>
    internal TunOffloads Allowed
    {
        get => _allowed;
        set => _allowed = _tun is null ? TunOffloads.None : Negotiate(_tun, value);
    }

    /// <summary>Sets up a descriptor with all that the kernel can do.</summary>
    /// <param name="tun">Opened with IFF_VNET_HDR.</param>
    internal static TunOffload Of(Descriptor tun)
    {
        TunRequests.TrySetHeaderSize(tun, VirtioHeader.Size); // the default; a descriptor handed in may have another
        return new TunOffload(tun);
    }

    /// <summary>The kernel took a run.</summary>
    internal void Prove(byte segmentType)
    {
        if (segmentType == VirtioHeader.Udp) _udpProven = true;
        else _tcpProven = true;
    }

    /// <summary>The kernel refused a run: unless it took one before, it gets packets of this kind one by one from now on.</summary>
    internal void Doubt(byte segmentType)
    {
        if (segmentType == VirtioHeader.Udp) _udpRefused = !_udpProven;
        else _tcpRefused = !_tcpProven;
    }

    // Where checksums cannot be left undone, neither can segments; older kernels know no UDP segments.
    private static TunOffloads Negotiate(Descriptor tun, TunOffloads wanted)
    {
        foreach (TunOffloads offloads in (ReadOnlySpan<TunOffloads>)[wanted, wanted & TunOffloads.Tcp])
        {
            uint bits = TunRequests.OffloadChecksum;
            if ((offloads & TunOffloads.Tcp) != 0) bits |= TunRequests.OffloadTcp;
            if ((offloads & TunOffloads.Udp) != 0) bits |= TunRequests.OffloadUdp;
            if (TunRequests.TrySetOffload(tun, bits)) return offloads;
        }
        if (!TunRequests.TrySetOffload(tun, TunRequests.OffloadChecksum)) TunRequests.TrySetOffload(tun, 0);
        return wanted & TunOffloads.Tcp; // runs that are written need no agreement
    }
}
