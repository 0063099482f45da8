using System.Security.Cryptography;

namespace Apex.Vpn.Fleet.Keys;

/// <summary>A vault for trying things out. Its key is in this package, so it protects nothing, and it says so.</summary>
/// <remarks>The key is the same each time, so that a database of yesterday opens today. Safe from any thread.</remarks>
public sealed class DevelopmentKeyVault : LocalKeyVault
{
    /// <summary>Makes the vault and announces it.</summary>
    /// <param name="announce">Takes one line for whoever runs the program: a log or the console.</param>
    public DevelopmentKeyVault(Action<string> announce)
        : base(WrappingKey.Own(new SecretBytes(SHA256.HashData("Apex.Vpn development vault"u8))))
    {
        ArgumentNullException.ThrowIfNull(announce);
        announce("DEVELOPMENT KEY VAULT: its key is public. Anyone with the database has every private key of this fleet.");
    }

    /// <inheritdoc/>
    public override bool IsForDevelopment => true;
}
