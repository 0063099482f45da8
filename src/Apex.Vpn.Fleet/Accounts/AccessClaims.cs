namespace Apex.Vpn.Fleet.Accounts;

/// <summary>What an access token says. Immutable.</summary>
public sealed class AccessClaims
{
    /// <summary>The most features in a token, 16.</summary>
    public const int MaxFeatures = 16;

    /// <summary>The longest name of a feature, 32 characters.</summary>
    public const int MaxFeatureLength = 32;

    /// <summary>The account, by its random id, which is no account number and no e-mail address.</summary>
    public required Guid Account { get; init; }

    /// <summary>The device.</summary>
    public required Guid Device { get; init; }

    /// <summary>The session.</summary>
    public required Guid Session { get; init; }

    /// <summary>From when on the token is good no more, in whole seconds.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>What the account may do: names of lower-case letters, digits and hyphens.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> Features { get; init; } = [];
}
