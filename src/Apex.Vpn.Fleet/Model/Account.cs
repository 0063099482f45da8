namespace Apex.Vpn.Fleet.Model;

/// <summary>One account. It holds neither number nor address, only their keyed hash. Immutable; safe from any thread.</summary>
/// <remarks>Times are the database's, UTC, whole microseconds.</remarks>
public sealed record Account
{
    /// <summary>The account's id; random.</summary>
    public required Guid Id { get; init; }

    /// <summary>How it is looked up.</summary>
    public required AccountKind Kind { get; init; }

    /// <summary>
    /// HMAC of the account number or of the e-mail address under a key from the vault; unique. Whoever holds only the database cannot look
    /// anybody up. Compared by reference, not by content.
    /// </summary>
    public required ReadOnlyMemory<byte> Lookup { get; init; }

    /// <summary>The password's Argon2id hash with its parameters; empty for an account without a password.</summary>
    public ReadOnlyMemory<byte> Argon2id { get; init; }

    /// <summary>Until when the account may use the service; null for never.</summary>
    public DateTimeOffset? EntitledUntil { get; init; }

    /// <summary>How many devices it may have at a time, 0 and up.</summary>
    public required int DeviceLimit { get; init; }

    /// <summary>How many devices it has. Kept by the store; what a caller puts here is not looked at.</summary>
    public int DeviceCount { get; init; }

    /// <summary>When it was added. Set by the store.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
