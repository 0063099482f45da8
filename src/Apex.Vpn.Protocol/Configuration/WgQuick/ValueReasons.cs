namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Why a value is refused. None of them repeats the value.</summary>
internal static class ValueReasons
{
    internal const string Key = "not a key: expected 44 characters of base64";
    internal const string Port = "not a port: expected 0 to 65535";
    internal const string Mark = "not a mark: expected 0 to 0xffffffff, or off";
    internal const string Address = "not an address: expected as 10.0.0.2/24 or fd00::2/64";
    internal const string Dns = "neither the address of a resolver nor a domain to search in";
    internal const string Mtu = "not an MTU: expected 68 to 65535";
    internal const string Table = "not a routing table: expected off, auto, a number, or a name";
    internal const string Boolean = "neither true nor false";
    internal const string Command = "not a command: it may hold no control characters";
    internal const string Prefix = "not a prefix: expected as 10.0.0.0/24, fd00::/64, or an address";
    internal const string Endpoint = "not an endpoint: expected as 192.0.2.1:51820, [2001:db8::1]:51820, or name:51820";
    internal const string Keepalive = "not an interval: expected 0 to 65535 seconds, or off";
}
