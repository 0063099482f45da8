namespace Apex.Vpn.Samples.ControlPlane;

/// <summary>What the process tells its parent.</summary>
internal static class ExitCodes
{
    internal const int Success = 0;

    /// <summary>A file could not be read or written, or is not what it should be.</summary>
    internal const int Failure = 1;

    /// <summary>The command line makes no sense.</summary>
    internal const int Usage = 2;
}
