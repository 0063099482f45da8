using System.Diagnostics.CodeAnalysis;

namespace Apex.Vpn.Protocol;

/// <summary>What goes between a TUN and the kernel as one packet, to be cut apart on the other side.</summary>
[Flags]
[Experimental(ApexDiagnostics.DataPath)]
public enum TunOffloads
{
    /// <summary>Every packet is read and written by itself.</summary>
    None = 0,

    /// <summary>Consecutive segments of a TCP connection.</summary>
    Tcp = 1,

    /// <summary>Equal datagrams of a UDP flow. Linux 6.2 and later; merged on writing from Linux 6.8.5 on: kernels before that lose such
    /// packets on their way into VXLAN and Geneve tunnels.</summary>
    Udp = 2,

    /// <summary>All that the kernel can do.</summary>
    All = Tcp | Udp,
}
