using System.Net;
using System.Net.Sockets;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Writes a configuration in one fixed form: the same content gives the same text.</summary>
internal static class ConfigurationWriter
{
    private static readonly ConfigurationKey[] Commands =
        [ConfigurationKey.PreUp, ConfigurationKey.PostUp, ConfigurationKey.PreDown, ConfigurationKey.PostDown];

    internal static void Write(WireGuardConfiguration configuration, ref TextSink sink)
    {
        WriteInterface(configuration.Interface, ref sink);
        foreach (PeerConfiguration peer in configuration.Peers) WritePeer(peer, ref sink);
    }

    private static void WriteInterface(InterfaceConfiguration section, ref TextSink sink)
    {
        Header(ConfigurationKeys.InterfaceSection, ref sink);
        Secret(ConfigurationKey.PrivateKey, section.PrivateKey, ref sink);
        Value(ConfigurationKey.ListenPort, section.ListenPort, ref sink);
        if (section.FirewallMark is { } mark)
        {
            Name(ConfigurationKey.FwMark, ref sink);
            if (mark == 0) sink.Append("off");
            else
            {
                sink.Append("0x");
                sink.Append(mark, "x");
            }
            sink.Append("\n");
        }
        WriteAddresses(section, ref sink);
        if (section.Mtu is < InterfaceValues.MinMtu or > InterfaceValues.MaxMtu) throw CannotWrite(ConfigurationKey.Mtu);
        Value(ConfigurationKey.Mtu, section.Mtu, ref sink);
        if (section.Table is { } table)
        {
            if (!InterfaceValues.IsTable(table)) throw CannotWrite(ConfigurationKey.Table);
            Text(ConfigurationKey.Table, table, ref sink);
        }
        foreach (ConfigurationKey key in Commands)
        {
            foreach (string command in InterfaceValues.Commands(section, key))
            {
                if (!InterfaceValues.IsCommand(command)) throw CannotWrite(key);
                Text(key, command, ref sink);
            }
        }
        if (section.SaveConfig) Text(ConfigurationKey.SaveConfig, "true", ref sink);
    }

    private static void WriteAddresses(InterfaceConfiguration section, ref TextSink sink)
    {
        if (section.Addresses.Count > 0)
        {
            Name(ConfigurationKey.Address, ref sink);
            for (int i = 0; i < section.Addresses.Count; i++)
            {
                if (section.Addresses[i].Address is not { } address || HasScope(address)) throw CannotWrite(ConfigurationKey.Address);
                if (i > 0) sink.Append(", ");
                sink.Append(section.Addresses[i]);
            }
            sink.Append("\n");
        }
        if (section.DnsServers.Count + section.DnsSearchDomains.Count == 0) return;
        Name(ConfigurationKey.Dns, ref sink);
        bool first = true;
        foreach (IPAddress server in section.DnsServers)
        {
            if (server is null || HasScope(server)) throw CannotWrite(ConfigurationKey.Dns);
            if (!first) sink.Append(", ");
            first = false;
            sink.Append(server);
        }
        foreach (string domain in section.DnsSearchDomains)
        {
            if (!HostNameText.IsSearchDomain(domain)) throw CannotWrite(ConfigurationKey.Dns);
            if (!first) sink.Append(", ");
            first = false;
            sink.Append(domain);
        }
        sink.Append("\n");
    }

    private static void WritePeer(PeerConfiguration peer, ref TextSink sink)
    {
        sink.Append("\n");
        Header(ConfigurationKeys.PeerSection, ref sink);
        Text(ConfigurationKey.PublicKey, peer.PublicKey.ToBase64(), ref sink);
        Secret(ConfigurationKey.PresharedKey, peer.PresharedKey, ref sink);
        if (peer.AllowedIps.Count > 0)
        {
            Name(ConfigurationKey.AllowedIps, ref sink);
            for (int i = 0; i < peer.AllowedIps.Count; i++)
            {
                if (HasScope(peer.AllowedIps[i].BaseAddress)) throw CannotWrite(ConfigurationKey.AllowedIps);
                if (i > 0) sink.Append(", ");
                sink.Append(peer.AllowedIps[i]);
            }
            sink.Append("\n");
        }
        if (peer.Endpoint is { } endpoint) Text(ConfigurationKey.Endpoint, endpoint.ToString(), ref sink);
        if (peer.PersistentKeepalive == 0) Text(ConfigurationKey.PersistentKeepalive, "off", ref sink);
        else Value(ConfigurationKey.PersistentKeepalive, peer.PersistentKeepalive, ref sink);
    }

    private static void Header(string section, ref TextSink sink)
    {
        sink.Append("[");
        sink.Append(section);
        sink.Append("]\n");
    }

    private static void Name(ConfigurationKey key, ref TextSink sink)
    {
        sink.Append(ConfigurationKeys.Name(key));
        sink.Append(" = ");
    }

    private static void Text(ConfigurationKey key, string text, ref TextSink sink)
    {
        Name(key, ref sink);
        sink.Append(text);
        sink.Append("\n");
    }

    private static void Value<T>(ConfigurationKey key, T? value, ref TextSink sink) where T : struct, ISpanFormattable
    {
        if (value is not { } known) return;
        Name(key, ref sink);
        sink.Append(known);
        sink.Append("\n");
    }

    private static void Secret(ConfigurationKey key, SecretKey? secret, ref TextSink sink)
    {
        if (secret is null) return;
        Name(key, ref sink);
        sink.AppendSecret(secret);
        sink.Append("\n");
    }

    private static bool HasScope(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0;

    /// <summary>The value came from code, since the parser lets none like it in. It may be a secret: it is not repeated.</summary>
    private static InvalidOperationException CannotWrite(ConfigurationKey key) =>
        new($"{ConfigurationKeys.Name(key)} holds a value that a configuration cannot express.");
}
