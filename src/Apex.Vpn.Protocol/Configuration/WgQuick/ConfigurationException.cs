namespace Apex.Vpn.Protocol.Configuration;

/// <summary>A text is no valid configuration.</summary>
public sealed class ConfigurationException : FormatException
{
    /// <summary>With a default message and no details.</summary>
    public ConfigurationException() : base("The configuration is not valid.") { }

    /// <summary>With a message and no details.</summary>
    /// <param name="message">What is wrong.</param>
    public ConfigurationException(string message) : base(message) { }

    /// <summary>With a message, a cause and no details.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause.</param>
    public ConfigurationException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>With all that is wrong; the message lists it, a line each.</summary>
    /// <param name="errors">The errors in the order of the text; at least one.</param>
    public ConfigurationException(IReadOnlyList<ConfigurationError> errors)
        : base("The configuration is not valid:" + Environment.NewLine + string.Join(Environment.NewLine, errors)) => Errors = errors;

    /// <summary>The errors, in the order of the text.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; } = [];
}
