namespace Apex.Vpn.Routing.Directory;

/// <summary>A part of a server list that has entries.</summary>
public enum ListPart : byte
{
    /// <summary>Places that servers refer to.</summary>
    Place = 1,

    /// <summary>Providers that servers refer to.</summary>
    Provider = 2,

    /// <summary>Sets of transports and ports that servers refer to.</summary>
    EndpointSet = 3,

    /// <summary>Servers.</summary>
    Server = 4,

    /// <summary>Keys that must not be used any more.</summary>
    RevokedKey = 5,

    /// <summary>Certificates of keys that may sign notices.</summary>
    Certificate = 6,
}
