namespace Apex.Vpn.Samples.WireGuard;

/// <summary>What the process tells its parent.</summary>
internal static class ExitCodes
{
    /// <summary>The interface was removed, or the daemon was asked to end.</summary>
    internal const int Success = 0;

    /// <summary>The interface could not be set up, or failed.</summary>
    internal const int Failure = 1;
}
