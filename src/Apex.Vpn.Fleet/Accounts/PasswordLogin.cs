using Apex.Vpn.Protocol;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Checks passwords so that nobody learns from answer or time whether an account exists.</summary>
/// <remarks>
/// <para>Where there is no account, the password is checked against a hash of nobody's: one Argon2id either way, and the same answer. While
/// old hashes with other parameters are about, their wrong passwords take their own time; a right password renews them.</para>
/// <para>Safe from any thread. One call holds a core and memory (<see cref="PasswordHashParameters"/>): bound how many run at once, and ask
/// the <see cref="FailureBudget"/> first.</para>
/// </remarks>
public sealed class PasswordLogin
{
    private readonly PasswordHashParameters _parameters;
    private readonly string _nobodys;
    private long _computations;

    /// <summary>Checks with these costs.</summary>
    /// <param name="parameters">What new hashes cost.</param>
    public PasswordLogin(PasswordHashParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _nobodys = PasswordHash.Create(Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)), parameters);
    }

    /// <summary>How many Argon2id computations there were, for tests.</summary>
    internal long Computations => Interlocked.Read(ref _computations);

    /// <summary>Hashes the password of a new account.</summary>
    /// <param name="password">The password; the caller answers for erasing it.</param>
    /// <exception cref="ArgumentException">It is longer than <see cref="PasswordHash.MaxPasswordBytes"/>.</exception>
    public string Hash(ReadOnlySpan<char> password)
    {
        Interlocked.Increment(ref _computations);
        return PasswordHash.Create(password, _parameters);
    }

    /// <summary>Checks a password.</summary>
    /// <param name="stored">The account's hash; null when there is no such account.</param>
    /// <param name="password">The password; the caller answers for erasing it.</param>
    /// <param name="renewed">A new hash to store in the place of one with other parameters; null when none is needed.</param>
    /// <returns>Whether there is such an account and the password is its own.</returns>
    public bool Check(string? stored, ReadOnlySpan<char> password, out string? renewed)
    {
        renewed = null;
        PasswordHashParameters? parameters = null;
        bool exists = stored is not null && PasswordHash.TryReadParameters(stored, out parameters);
        Interlocked.Increment(ref _computations);
        bool right = PasswordHash.Verify(password, exists ? stored : _nobodys) & exists;
        if (right && !_parameters.Matches(parameters)) renewed = Hash(password);
        return right;
    }

    /// <summary>A fixed text.</summary>
    public override string ToString() => "PasswordLogin(hidden)";
}
