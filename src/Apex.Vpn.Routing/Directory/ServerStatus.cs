namespace Apex.Vpn.Routing.Directory;

/// <summary>How a server is at present. A value; immutable.</summary>
/// <param name="States">What it does and takes.</param>
/// <param name="Load">How full it is, 0 to 1.</param>
/// <param name="Weight">The share of its capacity that new clients may be sent to, 0 to 1: less than 1 while it warms up.</param>
public readonly record struct ServerStatus(ServerStates States, double Load, double Weight)
{
    /// <summary>A server of which nothing is known: taken for one in service, half full.</summary>
    public static ServerStatus Unknown => new(ServerStates.InService, 0.5, 1);
}
