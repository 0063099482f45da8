namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>A table whose rows are needed for a while only.</summary>
internal interface ITrimmable
{
    /// <summary>Removes a limited number of rows that were last needed longer ago than a time.</summary>
    /// <returns>How many.</returns>
    ValueTask<int> TrimAsync(TimeSpan age, int limit, CancellationToken cancellationToken);
}

/// <summary>The rows of tokens.</summary>
internal interface ITokenTable : ITokenStore, ITrimmable;

/// <summary>The rows of sessions.</summary>
internal interface ISessionTable : ISessionStore, ITrimmable;

/// <summary>The rows of revocations.</summary>
internal interface IRevocationTable : IRevocationStore, ITrimmable;
