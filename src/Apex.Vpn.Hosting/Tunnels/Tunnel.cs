using Apex.Vpn.Protocol;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>A tunnel of the host, registered under its name as a keyed service. Safe from any thread.</summary>
public sealed class Tunnel : IDisposable, IAsyncDisposable
{
    private WireGuardDevice? _device;

    internal Tunnel(string name) => Name = name;

    /// <summary>The name it was added by.</summary>
    public string Name { get; }

    /// <summary>
    /// The device: to read peers and counters, or to change them. Null before the host has started and after it has stopped. The host
    /// disposes it.
    /// </summary>
    public WireGuardDevice? Device => Volatile.Read(ref _device);

    internal void Attach(WireGuardDevice device) => Volatile.Write(ref _device, device);

    /// <summary>Ends the device; the host does it when it stops. May be called more than once.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _device, null)?.DisposeAsync() ?? default;

    /// <summary>Ends the device; for containers that are disposed without <c>await</c>.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
