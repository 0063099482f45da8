using System.IO.Pipelines;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Serves one connection of the cross-platform configuration protocol: get and set operations, one after another.</summary>
/// <remarks>
/// <para>https://www.wireguard.com/xplatform/#configuration-protocol. A set is read whole and found valid before any of it is applied;
/// what is kept of it meanwhile is the change it asks for, not its text. After an error the rest of the operation is skipped, so that the
/// next one is understood. An error of a set is written below zero, of anything else above it: the only form of each that stock <c>wg</c>
/// turns into words.</para>
/// <para>One task at a time.</para>
/// </remarks>
internal sealed class UapiSession(IDuplexPipe connection, IDeviceControl device, UapiLimits limits)
{
    private readonly UapiReplyWriter _reply = new(connection.Output);

    /// <summary>Serves until the client ends, cannot be understood any more, or stops reading. Completes neither end of the pipe.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var lines = new UapiLineReader(connection.Input, limits.LineBytes);
        while (true)
        {
            UapiLine line = await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (line == UapiLine.End) return;
            bool isGet = line == UapiLine.Text && lines.Text is "get=1";
            bool isSet = line == UapiLine.Text && lines.Text is "set=1";
            int errno = UapiErrno.Protocol;
            if (isGet) errno = await GetAsync(lines, cancellationToken).ConfigureAwait(false);
            if (isSet) errno = await SetAsync(lines, cancellationToken).ConfigureAwait(false);
            _reply.WriteEnd(isSet ? -errno : errno);
            bool goOn = await _reply.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (!goOn || !(isGet || isSet)) return;
        }
    }

    private async ValueTask<int> SetAsync(UapiLineReader lines, CancellationToken cancellationToken)
    {
        using var parser = new UapiSetParser(limits);
        int errno = UapiErrno.None;
        while (true)
        {
            UapiLine line = await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (line == UapiLine.End) return UapiErrno.Protocol; // who knows what was to come
            if (line == UapiLine.Text && lines.Text.IsEmpty) break;
            if (errno != UapiErrno.None) continue;
            errno = line == UapiLine.Text ? parser.Add(lines.Text) : UapiErrno.Protocol;
            if (errno != UapiErrno.None) parser.Dispose();
        }
        if (errno != UapiErrno.None) return errno;
        try
        {
            await device.ApplyAsync(parser.Update, cancellationToken).ConfigureAwait(false);
            return UapiErrno.None;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return UapiErrno.Of(failure);
        }
    }

    private async ValueTask<int> GetAsync(UapiLineReader lines, CancellationToken cancellationToken)
    {
        int errno = UapiErrno.None;
        while (true)
        {
            UapiLine line = await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (line == UapiLine.End) return UapiErrno.Protocol;
            if (line == UapiLine.Text && lines.Text.IsEmpty) break;
            errno = UapiErrno.Invalid; // a get has no lines of its own
        }
        if (errno != UapiErrno.None) return errno;
        try
        {
            await WriteStatusAsync(cancellationToken).ConfigureAwait(false);
            return UapiErrno.None;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return UapiErrno.Of(failure); // also behind a part of the reply: who reads it takes the last word for the result
        }
    }

    private async ValueTask WriteStatusAsync(CancellationToken cancellationToken)
    {
        DeviceStatus status = await device.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        _reply.WriteDevice(status, device);
        await foreach (PeerStatus peer in device.ReadPeersAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_reply.TryWritePeer(peer, device)) continue;
            IReadOnlyList<System.Net.IPNetwork> prefixes = peer.AllowedIps;
            for (int i = 0; i < prefixes.Count; i++)
            {
                _reply.WriteAllowedIp(prefixes[i]);
                if (_reply.IsFull && !await _reply.FlushAsync(cancellationToken).ConfigureAwait(false)) return;
            }
            if (_reply.IsFull && !await _reply.FlushAsync(cancellationToken).ConfigureAwait(false)) return;
        }
    }
}
