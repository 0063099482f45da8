namespace Apex.Vpn.Netns.Measuring;

/// <summary>What is sent through a tunnel, and so what is measured.</summary>
internal enum Traffic
{
    /// <summary>One TCP stream from left to right; Gbit/s received.</summary>
    Tcp1,

    /// <summary>Eight TCP streams from left to right; Gbit/s received.</summary>
    Tcp8,

    /// <summary>One TCP stream from right to left; Gbit/s received.</summary>
    TcpReverse,

    /// <summary>Datagrams of 1372 B as fast as they can be sent; Gbit/s received.</summary>
    Udp1372,

    /// <summary>Datagrams of 200 B as fast as they can be sent; thousands received per second.</summary>
    Udp200,

    /// <summary>Datagrams of 64 B as fast as they can be sent; thousands received per second.</summary>
    Udp64,

    /// <summary>A ping every 5 ms on a quiet tunnel; the mean in milliseconds.</summary>
    PingIdle,

    /// <summary>A ping every 5 ms beside one TCP stream; the mean in milliseconds.</summary>
    PingLoaded,
}

internal static class Traffics
{
    internal static bool IsTcp(this Traffic traffic) => traffic is Traffic.Tcp1 or Traffic.Tcp8 or Traffic.TcpReverse;

    internal static string Unit(this Traffic traffic) => traffic switch
    {
        Traffic.Udp200 or Traffic.Udp64 => "kpps",
        Traffic.PingIdle or Traffic.PingLoaded => "ms",
        _ => "Gbit/s",
    };
}
