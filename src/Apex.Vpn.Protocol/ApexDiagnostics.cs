namespace Apex.Vpn.Protocol;

/// <summary>Diagnostic ids of API that may still change.</summary>
internal static class ApexDiagnostics
{
    /// <summary>TUN and transport interfaces: they may change until the data path has its final shape.</summary>
    internal const string DataPath = "APEX001";
}
