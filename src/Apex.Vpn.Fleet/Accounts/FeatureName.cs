using System.Buffers;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>Names of features and plans: short, and the same in files, tokens and code.</summary>
internal static class FeatureName
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    internal static bool IsValid(string? name) =>
        name is { Length: >= 1 and <= AccessClaims.MaxFeatureLength } && !name.AsSpan().ContainsAnyExcept(Characters);
}
