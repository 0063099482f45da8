namespace Apex.Vpn.Protocol;

/// <summary>The TUN interface has gone away: somebody deleted it.</summary>
public sealed class TunClosedException : IOException
{
    /// <summary>With a default message.</summary>
    public TunClosedException() : base("The TUN interface is gone.") { }

    /// <summary>With a message.</summary>
    /// <param name="message">What happened.</param>
    public TunClosedException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public TunClosedException(string message, Exception innerException) : base(message, innerException) { }
}
