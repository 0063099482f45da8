namespace Apex.Vpn.Fleet.Accounts;

/// <summary>What a refresh token says: made by us, and not more. Whether it is the latest one, the stored session knows.</summary>
/// <param name="Session">The session.</param>
/// <param name="Generation">Which token of the session, counted from 1.</param>
public readonly record struct RefreshClaim(Guid Session, uint Generation);
