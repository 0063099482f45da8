namespace Apex.Vpn.Fleet.Keys;

/// <summary>A vault whose key comes in an environment variable, as secret stores of container platforms hand it in.</summary>
/// <remarks>
/// 44 characters of base64, as in the file of a <see cref="FileKeyVault"/>. The variable is taken out of the process's environment, so that
/// children do not inherit it; what the operating system keeps of the start (on Linux <c>/proc/PID/environ</c>, for the same user) stays:
/// a file is the better place. Safe from any thread until disposed.
/// </remarks>
public sealed class EnvironmentKeyVault : LocalKeyVault
{
    private EnvironmentKeyVault(WrappingKey key) : base(key) { }

    /// <summary>Reads a key and removes the variable.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <returns>The vault, which the caller disposes.</returns>
    /// <exception cref="KeyVaultException">The variable is not set or holds no key.</exception>
    public static EnvironmentKeyVault Load(string variable)
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        string text = Environment.GetEnvironmentVariable(variable)
            ?? throw new KeyVaultException($"The environment variable {variable} is not set: it must hold the vault key.");
        Environment.SetEnvironmentVariable(variable, null);
        return new EnvironmentKeyVault(WrappingKey.Parse(text, $"The environment variable {variable}"));
    }
}
