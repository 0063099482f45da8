namespace Apex.Vpn.Fleet.Identity;

/// <summary>What a node hears when it asks whether it may join.</summary>
public enum EnrolmentState
{
    /// <summary>A person has to decide; ask again.</summary>
    Pending,

    /// <summary>It may: its certificate can be made now, once.</summary>
    Approved,

    /// <summary>It may not.</summary>
    Refused,

    /// <summary>Nobody decided in time, or nobody came for the certificate; asking again starts anew.</summary>
    Expired,

    /// <summary>Its certificate was made already.</summary>
    Collected,

    /// <summary>Too many wait; it was not noted down.</summary>
    Full,

    /// <summary>Too many came in a short time; it was not noted down.</summary>
    TooFast,
}
