namespace Apex.Vpn.Fleet.Storage;

/// <summary>The database's tables are not those that this build can work with.</summary>
public sealed class SchemaException : FleetStoreException
{
    /// <summary>An exception.</summary>
    public SchemaException() : this("The database's tables are not those of this build.") { }

    /// <summary>An exception that says why.</summary>
    /// <param name="message">Why.</param>
    public SchemaException(string message) : base(message) { }

    /// <summary>An exception that has a cause.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public SchemaException(string message, Exception? innerException) : base(message, innerException) { }
}
