namespace Apex.Vpn.Fleet.Accounts;

/// <summary>What is wrong with the text of an account number.</summary>
public enum AccountNumberError
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It has more or fewer than 20 symbols.</summary>
    Length,

    /// <summary>It has a character that no account number has.</summary>
    Character,

    /// <summary>Its check symbol does not fit: it was mistyped. No such account can exist, so this may be said.</summary>
    Mistyped,
}
