namespace Apex.Vpn.Fleet.Accounts;

/// <summary>What is thought of an access token.</summary>
public enum AccessTokenVerdict
{
    /// <summary>It is good.</summary>
    Valid,

    /// <summary>It is none, or of a version that is not known.</summary>
    Malformed,

    /// <summary>Nobody here made it, or it was changed; also when the key that made it is gone.</summary>
    Forged,

    /// <summary>Its time is over.</summary>
    Expired,
}
