using System.Net;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>The values of the keys of <c>[Interface]</c>.</summary>
internal static class InterfaceValues
{
    internal const int MinMtu = 68; // RFC 791: every IPv4 link carries this much
    internal const int MaxMtu = 65535;

    /// <summary>Puts a value into the section.</summary>
    /// <param name="target">The section.</param>
    /// <param name="key">A key of this section.</param>
    /// <param name="value">The value without surrounding space.</param>
    /// <param name="culprit">The part of the value that is wrong.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    internal static string? Set(
        InterfaceConfiguration target, ConfigurationKey key, ReadOnlySpan<char> value, ref ReadOnlySpan<char> culprit)
    {
        switch (key)
        {
            case ConfigurationKey.PrivateKey:
                PrivateKey? privateKey = null;
                if (value.Length != KeyText.Base64Length || !PrivateKey.TryParse(value, out privateKey)) return ValueReasons.Key;
                target.PrivateKey = privateKey;
                return null;
            case ConfigurationKey.ListenPort:
                if (!NumberText.TryParseDecimal(value, ushort.MaxValue, out uint port)) return ValueReasons.Port;
                target.ListenPort = (ushort)port;
                return null;
            case ConfigurationKey.FwMark:
                if (!TryParseMark(value, out uint mark)) return ValueReasons.Mark;
                target.FirewallMark = mark;
                return null;
            case ConfigurationKey.Address:
                return AddAddresses(target, value, ref culprit);
            case ConfigurationKey.Dns:
                return AddDns(target, value, ref culprit);
            case ConfigurationKey.Mtu:
                if (!NumberText.TryParseDecimal(value, MaxMtu, out uint mtu) || mtu < MinMtu) return ValueReasons.Mtu;
                target.Mtu = (int)mtu;
                return null;
            case ConfigurationKey.Table:
                if (!IsTable(value)) return ValueReasons.Table;
                target.Table = value.ToString();
                return null;
            case ConfigurationKey.SaveConfig:
                target.SaveConfig = value.Equals("true", StringComparison.OrdinalIgnoreCase);
                return target.SaveConfig || value.Equals("false", StringComparison.OrdinalIgnoreCase) ? null : ValueReasons.Boolean;
            default:
                if (!IsCommand(value)) return ValueReasons.Command;
                Commands(target, key).Add(value.ToString());
                return null;
        }
    }

    /// <summary>The list that a command's key fills.</summary>
    internal static IList<string> Commands(InterfaceConfiguration section, ConfigurationKey key) => key switch
    {
        ConfigurationKey.PreUp => section.PreUp,
        ConfigurationKey.PostUp => section.PostUp,
        ConfigurationKey.PreDown => section.PreDown,
        ConfigurationKey.PostDown => section.PostDown,
        _ => throw new ArgumentOutOfRangeException(nameof(key)),
    };

    /// <summary>Whether a text can stand behind a command's key and is read back as it is.</summary>
    internal static bool IsCommand(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length != text.Trim(ConfigurationParser.Blanks).Length) return false;
        foreach (char c in text)
        {
            if (char.IsControl(c) && c != '\t') return false;
        }
        return true;
    }

    /// <summary>
    /// Whether a text says which routing table: <c>off</c>, <c>auto</c>, a number, or a name, which starts with a letter.
    /// </summary>
    internal static bool IsTable(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return false;
        if (!char.IsAsciiLetter(text[0])) return NumberText.TryParseDecimalOrHex(text, uint.MaxValue, out _);
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        }
        return true;
    }

    private static bool TryParseMark(ReadOnlySpan<char> text, out uint mark)
    {
        mark = 0;
        return text.Equals("off", StringComparison.OrdinalIgnoreCase) || NumberText.TryParseDecimalOrHex(text, uint.MaxValue, out mark);
    }

    private static string? AddAddresses(InterfaceConfiguration target, ReadOnlySpan<char> value, ref ReadOnlySpan<char> culprit)
    {
        foreach (Range range in value.SplitAny(ConfigurationParser.ListSeparators))
        {
            ReadOnlySpan<char> item = value[range];
            if (item.IsEmpty) continue;
            culprit = item;
            if (!InterfaceAddress.TryParse(item, out InterfaceAddress address)) return ValueReasons.Address;
            target.Addresses.Add(address);
        }
        return null;
    }

    private static string? AddDns(InterfaceConfiguration target, ReadOnlySpan<char> value, ref ReadOnlySpan<char> culprit)
    {
        foreach (Range range in value.SplitAny(ConfigurationParser.ListSeparators))
        {
            ReadOnlySpan<char> item = value[range];
            if (item.IsEmpty) continue;
            culprit = item;
            if (AddressText.TryParseAddress(item, out IPAddress? server)) target.DnsServers.Add(server);
            else if (HostNameText.IsSearchDomain(item)) target.DnsSearchDomains.Add(item.ToString());
            else return ValueReasons.Dns;
        }
        return null;
    }
}
