namespace Apex.Vpn.Fleet.Accounts;

/// <summary>What a refresh token that is ours leads to.</summary>
public enum RefreshOutcome
{
    /// <summary>A new token, and a new access token.</summary>
    Rotated,

    /// <summary>The latest token once more, and a new access token: the answer before got lost.</summary>
    Repeated,

    /// <summary>
    /// A token that was used long ago: somebody has a copy. The session ends, for the thief and for the owner, who logs in again.
    /// </summary>
    Reused,

    /// <summary>The proof of the device's key is missing or wrong. Nothing changes: a token without the key opens nothing.</summary>
    NotProven,

    /// <summary>The session is over.</summary>
    Expired,

    /// <summary>The session was revoked before.</summary>
    Revoked,
}
