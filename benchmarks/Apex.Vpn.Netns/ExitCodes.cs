namespace Apex.Vpn.Netns;

internal static class ExitCodes
{
    /// <summary>All was measured, whatever it turned out to be.</summary>
    internal const int Measured = 0;

    /// <summary>Something could not be measured, or the peer is too old.</summary>
    internal const int Failed = 1;

    /// <summary>Not root, or a tool is missing.</summary>
    internal const int CannotRun = 2;
}
