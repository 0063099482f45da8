using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>A configuration as <c>wg-quick</c> reads it: one <c>[Interface]</c> and any number of <c>[Peer]</c> sections.</summary>
/// <remarks>
/// <para>Keys and section names in any case, space where one likes, comments behind <c>#</c> (but not in commands), line ends LF or CRLF.
/// Comments and the order of keys are not kept when it is written again.</para>
/// <para>It owns the secret keys in it and erases them when disposed. Not thread-safe.</para>
/// </remarks>
public sealed class WireGuardConfiguration : IDisposable
{
    /// <summary>What is this side's.</summary>
    public InterfaceConfiguration Interface { get; } = new();

    /// <summary>The peers, in the order of the text.</summary>
    public IList<PeerConfiguration> Peers { get; } = [];

    /// <summary>Parses a configuration.</summary>
    /// <param name="text">The whole text; the caller answers for erasing it.</param>
    /// <param name="configuration">The configuration, which the caller disposes; null when there are errors.</param>
    /// <param name="errors">What is wrong, in the order of the text, at most 100 errors; empty when nothing is.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text,
        [NotNullWhen(true)] out WireGuardConfiguration? configuration,
        out IReadOnlyList<ConfigurationError> errors)
    {
        configuration = new WireGuardConfiguration();
        errors = new ConfigurationParser(configuration).Read(text);
        if (errors.Count == 0) return true;
        configuration.Dispose();
        configuration = null;
        return false;
    }

    /// <summary>Parses a configuration.</summary>
    /// <param name="text">The whole text; the caller answers for erasing it.</param>
    /// <returns>The configuration, which the caller disposes.</returns>
    /// <exception cref="ConfigurationException">The text has errors; the exception lists them.</exception>
    public static WireGuardConfiguration Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out WireGuardConfiguration? configuration, out IReadOnlyList<ConfigurationError> errors)
            ? configuration
            : throw new ConfigurationException(errors);

    /// <summary>Writes the configuration as text that <see cref="Parse"/> reads into an equal one. The text holds secrets.</summary>
    /// <param name="destination">Memory that the caller erases after use.</param>
    /// <param name="charsWritten">The number of characters written; when there is not enough room, the number needed.</param>
    /// <returns>False when there is not enough room; the memory may then hold a part of the text.</returns>
    /// <exception cref="InvalidOperationException">A value cannot be written, such as a command of two lines.</exception>
    public bool TryWrite(Span<char> destination, out int charsWritten)
    {
        var sink = new TextSink(destination);
        ConfigurationWriter.Write(this, ref sink);
        charsWritten = sink.Length;
        return sink.Fits;
    }

    /// <summary>Writes the configuration as text that <see cref="Parse"/> reads into an equal one. The text holds secrets.</summary>
    /// <remarks>
    /// The room for all of it is asked for at once, so that a growing writer leaves no half text behind in memory that it gave up.
    /// No secret becomes a string. The caller erases what was written after use.
    /// </remarks>
    /// <param name="destination">Where to write.</param>
    /// <exception cref="InvalidOperationException">A value cannot be written, such as a command of two lines.</exception>
    public void Write(IBufferWriter<char> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        TryWrite([], out int needed);
        TryWrite(destination.GetSpan(needed), out int written);
        destination.Advance(written);
    }

    /// <summary>
    /// The change that gives a device these settings and peers, each peer with exactly these allowed IPs. Settings that the text does not
    /// name stay as they are.
    /// </summary>
    /// <remarks>
    /// The change refers to this configuration's keys: apply it before disposing the configuration, and dispose only that.
    /// </remarks>
    /// <param name="replacePeers">Whether peers that are not in the configuration are removed.</param>
    /// <exception cref="InvalidOperationException">A peer's endpoint is a name; the other overload takes a resolver.</exception>
    public DeviceUpdate ToDeviceUpdate(bool replacePeers) => ToDeviceUpdate(
        replacePeers,
        static (_, _) => throw new InvalidOperationException("A peer's endpoint is a name, and there is no resolver."));

    /// <summary>
    /// The change that gives a device these settings and peers, each peer with exactly these allowed IPs. Settings that the text does not
    /// name stay as they are.
    /// </summary>
    /// <remarks>
    /// The change refers to this configuration's keys: apply it before disposing the configuration, and dispose only that.
    /// </remarks>
    /// <param name="replacePeers">Whether peers that are not in the configuration are removed.</param>
    /// <param name="resolve">Finds the address of a name; the peer's endpoint stays as it is where this returns null.</param>
    public DeviceUpdate ToDeviceUpdate(bool replacePeers, Func<string, ushort, UdpEndpoint?> resolve)
    {
        ArgumentNullException.ThrowIfNull(resolve);
        var update = new DeviceUpdate
        {
            PrivateKey = Interface.PrivateKey,
            ListenPort = Interface.ListenPort,
            FirewallMark = Interface.FirewallMark,
            ReplacePeers = replacePeers,
        };
        foreach (PeerConfiguration peer in Peers)
        {
            var change = new PeerUpdate(peer.PublicKey)
            {
                PresharedKey = peer.PresharedKey,
                PersistentKeepalive = peer.PersistentKeepalive,
                Endpoint = peer.Endpoint is { Name: { } name } named ? resolve(name, named.Port) : peer.Endpoint?.Address,
            };
            change.AllowedIps.Add(AllowedIpChange.Clear());
            foreach (System.Net.IPNetwork prefix in peer.AllowedIps) change.AllowedIps.Add(AllowedIpChange.Add(prefix));
            update.Peers.Add(change);
        }
        return update;
    }

    /// <summary>Whether another configuration says the same; keys are compared in time that does not depend on their values.</summary>
    /// <param name="other">The other configuration.</param>
    public bool ContentEquals(WireGuardConfiguration? other)
    {
        if (other is null || Peers.Count != other.Peers.Count || !Interface.ContentEquals(other.Interface)) return false;
        for (int i = 0; i < Peers.Count; i++)
        {
            if (!Peers[i].ContentEquals(other.Peers[i])) return false;
        }
        return true;
    }

    /// <summary>Erases the secret keys. May be called more than once.</summary>
    public void Dispose()
    {
        Interface.PrivateKey?.Dispose();
        foreach (PeerConfiguration peer in Peers) peer.PresharedKey?.Dispose();
    }
}
