namespace Apex.Vpn.Protocol.Transports.Linux;

/// <summary>Linux socket option levels and numbers.</summary>
internal static class SocketOptions
{
    internal const int LevelSocket = 1;
    internal const int SendBuffer = 7;
    internal const int ReceiveBuffer = 8;
    internal const int SendBufferForce = 32;
    internal const int ReceiveBufferForce = 33;
    internal const int Mark = 36;

    internal const int LevelIPv4 = 0;
    internal const int IPv4Tos = 1;
    internal const int IPv4PacketInfo = 8;
    internal const int IPv4MtuDiscover = 10;
    internal const int IPv4ReceiveTos = 13;

    internal const int LevelIPv6 = 41;
    internal const int IPv6MtuDiscover = 23;
    internal const int IPv6Only = 26;
    internal const int IPv6ReceivePacketInfo = 49;
    internal const int IPv6PacketInfo = 50;
    internal const int IPv6ReceiveTrafficClass = 66;
    internal const int IPv6TrafficClass = 67;

    internal const int LevelUdp = 17;
    internal const int UdpSegment = 103;
    internal const int UdpReceiveSegments = 104; // UDP_GRO

    /// <summary>IP_PMTUDISC_DONT, the same for IPv6: datagrams above the path's MTU are fragmented, not refused.</summary>
    internal const int MtuDiscoverDont = 0;
}
