using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>What a control plane keeps of a token: enough to recognize it, not enough to use it. Immutable.</summary>
/// <remarks>Nobody can be let in with this: it holds a hash of 256 random bits.</remarks>
public sealed class EnrolmentTokenRecord
{
    /// <summary>The token's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The hash of its secret, <see cref="EnrolmentToken.HashSize"/> bytes.</summary>
    public required ReadOnlyMemory<byte> SecretHash { get; init; }

    /// <summary>From when on it is good no more.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The node's id that it gives.</summary>
    public required Guid Node { get; init; }

    /// <summary>The one name that a node may give with it.</summary>
    /// <value>Null by default: any.</value>
    public string? Name { get; init; }

    /// <summary>The one city that a node may give with it.</summary>
    /// <value>Null by default: any.</value>
    public string? City { get; init; }

    /// <summary>The record of a new token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="node">The node's id that it gives.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it is good, <see cref="EnrolmentToken.DefaultLifetime"/> usually; more than zero.</param>
    /// <param name="name">The one name that a node may give with it; null for any.</param>
    /// <param name="city">The one city that a node may give with it; null for any.</param>
    public static EnrolmentTokenRecord Of(
        EnrolmentToken token, Guid node, DateTimeOffset now, TimeSpan lifetime, string? name = null, string? city = null)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        return new EnrolmentTokenRecord
        {
            Id = token.Id,
            SecretHash = token.HashSecret(),
            Expires = now + lifetime,
            Node = node,
            Name = name,
            City = city,
        };
    }

    /// <summary>Whether a secret's hash is this token's, and it has not expired; compared in constant time.</summary>
    /// <param name="secretHash">What <see cref="EnrolmentToken.HashSecret(Guid, ReadOnlySpan{byte})"/> gave.</param>
    /// <param name="now">The time.</param>
    public bool Admits(ReadOnlySpan<byte> secretHash, DateTimeOffset now) =>
        CryptographicOperations.FixedTimeEquals(SecretHash.Span, secretHash) && now < Expires;

    /// <summary>Whether a node with this name and city may use it.</summary>
    /// <param name="request">What the node said.</param>
    public bool IsFor(EnrolmentRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (Name is null || Name == request.Name) && (City is null || City == request.City);
    }
}
