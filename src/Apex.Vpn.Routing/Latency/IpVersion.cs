namespace Apex.Vpn.Routing.Latency;

/// <summary>Which of the two Internets a server is reached by. They are routed apart, so the ways differ.</summary>
public enum IpVersion : byte
{
    /// <summary>Internet Protocol version 4.</summary>
    V4 = 4,

    /// <summary>Internet Protocol version 6.</summary>
    V6 = 6,
}
