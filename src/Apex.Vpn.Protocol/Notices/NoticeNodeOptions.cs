using System.Net;

namespace Apex.Vpn.Protocol.Notices;

/// <summary>Makes a device able to send notices to clients that said hello. Read once, when the device is made.</summary>
public sealed class NoticeNodeOptions
{
    /// <summary>The node's own addresses in the tunnel, to which clients say hello and from which notices come. 1 to 8 of them.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }
}
