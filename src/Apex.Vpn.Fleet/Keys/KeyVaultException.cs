namespace Apex.Vpn.Fleet.Keys;

/// <summary>A vault key is not there or not fit for use, or something was not wrapped by it. No message shows a secret.</summary>
public sealed class KeyVaultException : Exception
{
    /// <summary>With a default message.</summary>
    public KeyVaultException() : base("The key vault cannot serve.") { }

    /// <summary>With a message.</summary>
    /// <param name="message">What is wrong and what helps.</param>
    public KeyVaultException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">What is wrong and what helps.</param>
    /// <param name="innerException">The cause.</param>
    public KeyVaultException(string message, Exception innerException) : base(message, innerException) { }
}
