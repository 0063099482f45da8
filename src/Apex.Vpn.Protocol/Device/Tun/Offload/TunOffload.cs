using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol.Transports.Linux;

namespace Apex.Vpn.Protocol;

/// <summary>What a TUN descriptor can do for us: what the kernel may leave undone in what is read, and what it takes unfinished.</summary>
/// <remarks>Set up once; what the kernel turns out not to take is switched off for good, by any thread.</remarks>
[Experimental(ApexDiagnostics.DataPath)]
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("android")]
internal sealed class TunOffload
{
    // Kernels before 6.2 know no UDP segments; where checksums cannot be left undone, neither can segments.
    private static readonly uint[] Levels =
    [
        TunRequests.OffloadChecksum | TunRequests.OffloadTcp | TunRequests.OffloadUdp,
        TunRequests.OffloadChecksum | TunRequests.OffloadTcp,
        TunRequests.OffloadChecksum,
        0,
    ];

    private volatile bool _mergesTcp;
    private volatile bool _mergesUdp;
    private volatile bool _tcpProven;
    private volatile bool _udpProven;

    private TunOffload(bool hasHeaders, uint level)
    {
        HasHeaders = hasHeaders;
        _mergesTcp = hasHeaders;
        _mergesUdp = (level & TunRequests.OffloadUdp) != 0;
    }

    /// <summary>A descriptor of bare packets.</summary>
    internal static TunOffload None { get; } = new(hasHeaders: false, level: 0);

    /// <summary>Whether a virtio header goes before every packet.</summary>
    internal bool HasHeaders { get; }

    /// <summary>Whether TCP segments may be written as one packet.</summary>
    internal bool MergesTcp => _mergesTcp;

    /// <summary>Whether UDP datagrams may be written as one packet.</summary>
    internal bool MergesUdp => _mergesUdp;

    /// <summary>Agrees with the kernel on as much as it can do.</summary>
    /// <param name="tun">Opened with IFF_VNET_HDR.</param>
    internal static TunOffload Negotiate(Descriptor tun)
    {
        TunRequests.TrySetHeaderSize(tun, VirtioHeader.Size); // the default; a descriptor handed in may have another
        return new TunOffload(hasHeaders: true, Array.Find(Levels, level => TunRequests.TrySetOffload(tun, level)));
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
        if (segmentType == VirtioHeader.Udp) _mergesUdp = _udpProven;
        else _mergesTcp = _tcpProven;
    }
}
