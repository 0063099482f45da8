namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>A kind of database. Safe from any thread.</summary>
internal interface IStorageEngine
{
    /// <summary>How many transactions may write at a time; 0 for as many as one likes.</summary>
    int MaxWriters { get; }

    /// <summary>How many do unless the user says otherwise.</summary>
    int DefaultWriters { get; }

    /// <summary>Opens a session.</summary>
    ValueTask<IStorageSession> OpenAsync(bool readOnly, CancellationToken cancellationToken);

    /// <summary>What an exception says about the next attempt.</summary>
    Failure Classify(Exception exception);
}
