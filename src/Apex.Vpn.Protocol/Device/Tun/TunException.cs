namespace Apex.Vpn.Protocol;

/// <summary>A TUN interface could not be made, taken over or changed. The message says why, for the person who asked for it.</summary>
public sealed class TunException : IOException
{
    /// <summary>With a default message.</summary>
    public TunException() : base("The TUN interface could not be set up.") { }

    /// <summary>With a message.</summary>
    /// <param name="message">What failed and what would help.</param>
    public TunException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">What failed and what would help.</param>
    /// <param name="innerException">The cause.</param>
    public TunException(string message, Exception innerException) : base(message, innerException) { }
}
