namespace Apex.Vpn.Fleet.Identity;

/// <summary>How certificates name who holds them: a URI among the subject's alternative names, as SPIFFE does.</summary>
internal static class NodeUri
{
    internal const string ControlPlane = "apex://role/control-plane";
    private const string Prefix = "apex://node/";
    private const int IdLength = 36;

    internal static string Of(Guid node) => Prefix + node.ToString("D");

    /// <summary>Only the very form that <see cref="Of"/> writes, so that one node has one name.</summary>
    internal static bool TryParse(ReadOnlySpan<char> uri, out Guid node)
    {
        node = Guid.Empty;
        return uri.Length == Prefix.Length + IdLength
            && uri.StartsWith(Prefix, StringComparison.Ordinal)
            && Guid.TryParseExact(uri[Prefix.Length..], "D", out node)
            && node != Guid.Empty
            && uri.SequenceEqual(Of(node));
    }
}
