namespace Apex.Vpn.Fleet.Storage.Engine;

/// <summary>What became of a transaction.</summary>
/// <param name="Exception">Why it was not committed; null when it was.</param>
/// <param name="Failure">What the exception says about the next attempt.</param>
/// <param name="IsUnknown">Whether it may have been committed all the same.</param>
internal readonly record struct Outcome(Exception? Exception, Failure Failure, bool IsUnknown)
{
    internal static Outcome Committed => default;

    internal bool IsCommitted => Exception is null;
}
