namespace Apex.Vpn.Routing.Selection;

/// <summary>Why a server may not be chosen. The first that holds is the one that is told, in the order of the numbers.</summary>
public enum ExclusionReason : byte
{
    /// <summary>None: the server may be chosen.</summary>
    None = 0,

    /// <summary>The server list has expired; it chooses no server.</summary>
    ListExpired = 1,

    /// <summary>Servers were asked for by id, and it is not among them.</summary>
    ServerNotAsked = 2,

    /// <summary>Countries were asked for, and it stands in another one.</summary>
    CountryNotAsked = 3,

    /// <summary>Cities were asked for, and it stands in another one.</summary>
    CityNotAsked = 4,

    /// <summary>The user wants neither it, nor its country, nor its provider.</summary>
    ExcludedByUser = 5,

    /// <summary>It lacks a feature that was asked for.</summary>
    FeatureMissing = 6,

    /// <summary>It speaks none of the transports that were asked for.</summary>
    TransportMissing = 7,

    /// <summary>It speaks one of them, but at no address of an IP version that the client has.</summary>
    AddressFamilyMissing = 8,

    /// <summary>None of its keys is valid at present.</summary>
    KeyNotValid = 9,

    /// <summary>Those of its keys that would be valid are revoked.</summary>
    KeyRevoked = 10,

    /// <summary>It is shown and may be named, but is not proposed to those who named no server.</summary>
    NotAutomatic = 11,

    /// <summary>The policy leaves it out.</summary>
    Policy = 12,

    /// <summary>It is out of service. Overruled when nobody is in service.</summary>
    OutOfService = 13,

    /// <summary>It works but drains: it takes no new clients. Overruled when nobody is in service.</summary>
    Draining = 14,

    /// <summary>
    /// It is full, takes no share of new clients, or tells a load that makes no sense. Overruled when nobody is in service.
    /// </summary>
    OverCapacity = 15,

    /// <summary>
    /// Nothing is known of the way to it, or what is said is not a number in its range. Overruled when that holds for all.
    /// </summary>
    LatencyUnknown = 16,

    /// <summary>
    /// What is known of the way to it comes from a poorer source than was asked for: never measured, or so long ago that a guess is left.
    /// Overruled when that holds for all.
    /// </summary>
    LatencyTooPoor = 17,

    /// <summary>What it costs is not a finite number.</summary>
    CostNotFinite = 18,
}
