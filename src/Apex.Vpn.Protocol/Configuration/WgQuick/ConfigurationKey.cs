namespace Apex.Vpn.Protocol.Configuration;

/// <summary>
/// The keys of a configuration; those up to <see cref="SaveConfig"/> belong to <c>[Interface]</c>, the others to <c>[Peer]</c>.
/// </summary>
internal enum ConfigurationKey
{
    PrivateKey,
    ListenPort,
    FwMark,
    Address,
    Dns,
    Mtu,
    Table,
    PreUp,
    PostUp,
    PreDown,
    PostDown,
    SaveConfig,
    PublicKey,
    PresharedKey,
    AllowedIps,
    Endpoint,
    PersistentKeepalive,
}
