using System.Net;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Turns the lines of a set operation into one change, which is whole and valid before any of it is applied.</summary>
/// <remarks>Owns the secret keys in the change until it is disposed.</remarks>
internal sealed class UapiSetParser(UapiLimits limits) : IDisposable
{
    private PeerUpdate? _peer;
    private int _changes;

    /// <summary>The change so far.</summary>
    internal DeviceUpdate Update { get; private set; } = new();

    /// <summary>Takes a line, without its end, in; returns the error that it is, or 0.</summary>
    internal int Add(ReadOnlySpan<char> line)
    {
        int equals = line.IndexOf('=');
        if (equals < 0) return UapiErrno.Protocol;
        ReadOnlySpan<char> key = line[..equals], value = line[(equals + 1)..];
        if (key is "public_key") return AddPeer(value);
        bool valid = _peer is null ? SetDevice(key, value) : SetPeer(_peer, key, value);
        if (!valid) return UapiErrno.Invalid;
        return _changes > limits.AllowedIps ? UapiErrno.TooBig : UapiErrno.None;
    }

    /// <summary>Erases the secret keys and forgets the change.</summary>
    public void Dispose()
    {
        Update.PrivateKey?.Dispose();
        foreach (PeerUpdate peer in Update.Peers) peer.PresharedKey?.Dispose();
        Update = new DeviceUpdate();
        _peer = null;
    }

    private int AddPeer(ReadOnlySpan<char> value)
    {
        if (!HasHexLength(value) || !PublicKey.TryParse(value, out PublicKey publicKey)) return UapiErrno.Invalid;
        if (Update.Peers.Count == limits.Peers) return UapiErrno.TooBig;
        _peer = new PeerUpdate(publicKey);
        Update.Peers.Add(_peer);
        return UapiErrno.None;
    }

    private bool SetDevice(ReadOnlySpan<char> key, ReadOnlySpan<char> value)
    {
        switch (key)
        {
            case "private_key":
                if (!HasHexLength(value) || !PrivateKey.TryParse(value, out PrivateKey? privateKey)) return false;
                Update.PrivateKey?.Dispose();
                Update.PrivateKey = privateKey;
                return true;
            case "listen_port":
                if (!NumberText.TryParseDecimal(value, ushort.MaxValue, out uint port)) return false;
                Update.ListenPort = (ushort)port;
                return true;
            case "fwmark":
                if (!NumberText.TryParseDecimal(value, uint.MaxValue, out uint mark)) return false;
                Update.FirewallMark = mark;
                return true;
            case "replace_peers":
                return Update.ReplacePeers = value is "true";
            default:
                return false;
        }
    }

    private bool SetPeer(PeerUpdate peer, ReadOnlySpan<char> key, ReadOnlySpan<char> value)
    {
        switch (key)
        {
            case "remove":
                return peer.Remove = value is "true";
            case "update_only":
                return peer.UpdateOnly = value is "true";
            case "preshared_key":
                if (!HasHexLength(value) || !PresharedKey.TryParse(value, out PresharedKey? presharedKey)) return false;
                peer.PresharedKey?.Dispose();
                peer.PresharedKey = presharedKey;
                return true;
            case "endpoint":
                if (!AddressText.TryParseEndpoint(value, out UdpEndpoint endpoint)) return false;
                peer.Endpoint = endpoint;
                return true;
            case "persistent_keepalive_interval":
                if (!NumberText.TryParseDecimal(value, ushort.MaxValue, out uint seconds)) return false;
                peer.PersistentKeepalive = (ushort)seconds;
                return true;
            case "replace_allowed_ips":
                if (value is not "true") return false;
                _changes++;
                peer.AllowedIps.Add(AllowedIpChange.Clear()); // a step like the others: what stands before it has its effect on other peers
                return true;
            case "allowed_ip":
                return ChangeAllowedIps(peer, value);
            case "protocol_version":
                return value is "1";
            default:
                return false;
        }
    }

    private bool ChangeAllowedIps(PeerUpdate peer, ReadOnlySpan<char> value)
    {
        bool remove = value.StartsWith('-');
        if (remove) value = value[1..];
        if (!AddressText.TryParsePrefix(value, lengthRequired: true, out IPAddress? address, out int length)) return false;
        var prefix = new IPNetwork(address, length);
        _changes++;
        peer.AllowedIps.Add(remove ? AllowedIpChange.Remove(prefix) : AllowedIpChange.Add(prefix));
        return true;
    }

    private static bool HasHexLength(ReadOnlySpan<char> value) => value.Length == KeyText.HexLength;
}
