using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>The accounts. Part of one transaction, and used by one thread at a time.</summary>
public interface IAccountStore
{
    /// <summary>Adds an account.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when its id or its lookup hash is taken; nothing is written then.</returns>
    /// <exception cref="ArgumentException">The kind is <see cref="AccountKind.Unknown"/> or the limit is negative.</exception>
    ValueTask<bool> AddAsync(Account account, CancellationToken cancellationToken = default);

    /// <summary>The account with an id; null when there is none.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<Account?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The account with a lookup hash; null when there is none.</summary>
    /// <param name="lookup">The keyed hash of its number or address.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<Account?> FindByLookupAsync(ReadOnlyMemory<byte> lookup, CancellationToken cancellationToken = default);

    /// <summary>Sets what an account is entitled to. Devices above a lower limit stay; new ones are refused.</summary>
    /// <param name="id">The account's id.</param>
    /// <param name="until">Until when it may use the service; null for not at all.</param>
    /// <param name="deviceLimit">How many devices it may have, 0 and up.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such account.</returns>
    ValueTask<bool> SetEntitlementAsync(Guid id, DateTimeOffset? until, int deviceLimit, CancellationToken cancellationToken = default);

    /// <summary>Sets an account's password hash.</summary>
    /// <param name="id">The account's id.</param>
    /// <param name="argon2id">The Argon2id hash with its parameters; empty for no password.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such account.</returns>
    ValueTask<bool> SetPasswordAsync(Guid id, ReadOnlyMemory<byte> argon2id, CancellationToken cancellationToken = default);

    /// <summary>Removes an account with its devices and sessions; the devices' addresses rest.</summary>
    /// <param name="id">The account's id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>False when there is no such account.</returns>
    ValueTask<bool> RemoveAsync(Guid id, CancellationToken cancellationToken = default);
}
