namespace Apex.Vpn.Protocol.Configuration;

/// <summary>How each key is spelt and where it may stand.</summary>
internal static class ConfigurationKeys
{
    internal const string InterfaceSection = "Interface";
    internal const string PeerSection = "Peer";

    // In the order of the enumeration.
    private static readonly string[] Names =
    [
        "PrivateKey", "ListenPort", "FwMark", "Address", "DNS", "MTU", "Table", "PreUp", "PostUp", "PreDown", "PostDown", "SaveConfig",
        "PublicKey", "PresharedKey", "AllowedIPs", "Endpoint", "PersistentKeepalive",
    ];

    /// <summary>The key as it is written.</summary>
    internal static string Name(ConfigurationKey key) => Names[(int)key];

    /// <summary>Finds a key by its name, whatever its case.</summary>
    internal static bool TryFind(ReadOnlySpan<char> name, out ConfigurationKey key)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (!name.Equals(Names[i], StringComparison.OrdinalIgnoreCase)) continue;
            key = (ConfigurationKey)i;
            return true;
        }
        key = default;
        return false;
    }

    /// <summary>Whether the key belongs to <c>[Interface]</c>, else to <c>[Peer]</c>.</summary>
    internal static bool IsOfInterface(ConfigurationKey key) => key <= ConfigurationKey.SaveConfig;

    /// <summary>Whether the key may stand several times in one section.</summary>
    internal static bool IsRepeatable(ConfigurationKey key) =>
        key is ConfigurationKey.Address or ConfigurationKey.Dns or ConfigurationKey.AllowedIps || IsCommand(key);

    /// <summary>Whether the value is a shell command, in which <c>#</c> starts no comment of ours.</summary>
    internal static bool IsCommand(ConfigurationKey key) =>
        key is ConfigurationKey.PreUp or ConfigurationKey.PostUp or ConfigurationKey.PreDown or ConfigurationKey.PostDown;
}
