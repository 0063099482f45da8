using System.Net;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>The values of the keys of <c>[Peer]</c>.</summary>
internal static class PeerValues
{
    /// <summary>Puts a value into the section.</summary>
    /// <param name="target">The section.</param>
    /// <param name="key">A key of this section.</param>
    /// <param name="value">The value without surrounding space.</param>
    /// <param name="culprit">The part of the value that is wrong.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    internal static string? Set(PeerConfiguration target, ConfigurationKey key, ReadOnlySpan<char> value, ref ReadOnlySpan<char> culprit)
    {
        switch (key)
        {
            case ConfigurationKey.PublicKey:
                PublicKey publicKey = default;
                if (value.Length != KeyText.Base64Length || !PublicKey.TryParse(value, out publicKey)) return ValueReasons.Key;
                target.PublicKey = publicKey;
                return null;
            case ConfigurationKey.PresharedKey:
                PresharedKey? presharedKey = null;
                if (value.Length != KeyText.Base64Length || !PresharedKey.TryParse(value, out presharedKey)) return ValueReasons.Key;
                target.PresharedKey = presharedKey;
                return null;
            case ConfigurationKey.AllowedIps:
                return AddAllowedIps(target, value, ref culprit);
            case ConfigurationKey.Endpoint:
                if (!PeerEndpoint.TryParse(value, out PeerEndpoint? endpoint)) return ValueReasons.Endpoint;
                target.Endpoint = endpoint;
                return null;
            case ConfigurationKey.PersistentKeepalive:
                uint seconds = 0;
                bool off = value.Equals("off", StringComparison.OrdinalIgnoreCase);
                if (!off && !NumberText.TryParseDecimal(value, ushort.MaxValue, out seconds)) return ValueReasons.Keepalive;
                target.PersistentKeepalive = (ushort)seconds;
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(key));
        }
    }

    private static string? AddAllowedIps(PeerConfiguration target, ReadOnlySpan<char> value, ref ReadOnlySpan<char> culprit)
    {
        if (value.IsEmpty) return null;
        foreach (Range range in value.Split(','))
        {
            ReadOnlySpan<char> item = value[range].Trim(ConfigurationParser.Blanks);
            culprit = item;
            if (!AddressText.TryParsePrefix(item, lengthRequired: false, out IPAddress? address, out int length))
            {
                return ValueReasons.Prefix;
            }
            target.AllowedIps.Add(new IPNetwork(address, length));
        }
        return null;
    }
}
