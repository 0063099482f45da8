using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Writes the lines of replies straight into a pipe.</summary>
internal sealed class UapiReplyWriter(PipeWriter output)
{
    /// <summary>Room for the longest line: a name and a key.</summary>
    private const int LineRoom = 128;

    /// <summary>How much is written before it is handed on, and so how much a reader that does not read keeps waiting here.</summary>
    private const int FlushBytes = 32 * 1024;

    private int _unflushed;

    /// <summary>Whether it is time to flush.</summary>
    internal bool IsFull => _unflushed >= FlushBytes;

    /// <summary>Hands on what was written, and waits while the reader is behind; false when there is no reader any more.</summary>
    internal async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        _unflushed = 0;
        FlushResult result = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return !result.IsCompleted;
    }

    /// <summary>The device's own lines; what is not set has none.</summary>
    internal void WriteDevice(DeviceStatus status, IDeviceControl device)
    {
        Span<byte> key = stackalloc byte[SecretKey.Size];
        if (device.TryCopyPrivateKey(key)) WriteKey("private_key="u8, key);
        CryptographicOperations.ZeroMemory(key);
        if (status.ListenPort != 0) WriteNumber("listen_port="u8, status.ListenPort);
        if (status.FirewallMark != 0) WriteNumber("fwmark="u8, status.FirewallMark);
    }

    /// <summary>A peer's lines but for its allowed IPs; false, and nothing written, when the peer is gone.</summary>
    internal bool TryWritePeer(PeerStatus peer, IDeviceControl device)
    {
        Span<byte> key = stackalloc byte[SecretKey.Size];
        key.Clear();
        if (!device.TryCopyPresharedKey(peer.PublicKey, key)) return false;
        PublicKey publicKey = peer.PublicKey;
        WriteKey("public_key="u8, PublicKey.AsSpan(in publicKey));
        WriteKey("preshared_key="u8, key);
        CryptographicOperations.ZeroMemory(key);
        WriteNumber("protocol_version="u8, 1);
        if (!peer.Endpoint.IsNone) WriteEndpoint(peer.Endpoint);
        long ticks = peer.LastHandshake is { } time ? Math.Max(0, (time - DateTimeOffset.UnixEpoch).Ticks) : 0;
        WriteNumber("last_handshake_time_sec="u8, (ulong)(ticks / TimeSpan.TicksPerSecond));
        WriteNumber("last_handshake_time_nsec="u8, (ulong)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));
        WriteNumber("tx_bytes="u8, (ulong)peer.SentBytes);
        WriteNumber("rx_bytes="u8, (ulong)peer.ReceivedBytes);
        WriteNumber("persistent_keepalive_interval="u8, peer.PersistentKeepalive);
        return true;
    }

    /// <summary>One allowed IP of the peer that was written last.</summary>
    internal void WriteAllowedIp(IPNetwork prefix)
    {
        Span<byte> line = Begin("allowed_ip="u8, out int length);
        End(line, length + AddressText.WritePrefix(prefix, line[length..]));
    }

    /// <summary>The line and the blank line that end every reply.</summary>
    internal void WriteEnd(int errno)
    {
        Span<byte> line = Begin("errno="u8, out int length);
        Utf8Formatter.TryFormat(errno, line[length..], out int written);
        End(line, length + written);
        End(output.GetSpan(1), 0);
    }

    private void WriteNumber(ReadOnlySpan<byte> name, ulong number)
    {
        Span<byte> line = Begin(name, out int length);
        Utf8Formatter.TryFormat(number, line[length..], out int written);
        End(line, length + written);
    }

    private void WriteEndpoint(UdpEndpoint endpoint)
    {
        Span<byte> line = Begin("endpoint="u8, out int length);
        End(line, length + AddressText.WriteEndpoint(endpoint, line[length..]));
    }

    private void WriteKey(ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        Span<char> hex = stackalloc char[KeyText.HexLength];
        KeyText.WriteHex(key, hex);
        Span<byte> line = Begin(name, out int length);
        foreach (char digit in hex) line[length++] = (byte)digit;
        hex.Clear();
        End(line, length);
    }

    private Span<byte> Begin(ReadOnlySpan<byte> name, out int length)
    {
        Span<byte> line = output.GetSpan(LineRoom);
        name.CopyTo(line);
        length = name.Length;
        return line;
    }

    private void End(Span<byte> line, int length)
    {
        line[length] = (byte)'\n';
        output.Advance(length + 1);
        _unflushed += length + 1;
    }
}
