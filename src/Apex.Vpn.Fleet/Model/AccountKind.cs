namespace Apex.Vpn.Fleet.Model;

/// <summary>How an account is looked up.</summary>
public enum AccountKind
{
    /// <summary>A kind that this build does not know: a newer one wrote it.</summary>
    Unknown = 0,

    /// <summary>By a random number that is the account's only secret.</summary>
    AnonymousNumber = 1,

    /// <summary>By an e-mail address, with a password.</summary>
    Email = 2,
}
