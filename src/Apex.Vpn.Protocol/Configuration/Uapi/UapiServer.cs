using System.IO.Pipelines;
using System.Net.Sockets;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Serves the cross-platform configuration protocol on a Unix socket.</summary>
/// <remarks>
/// Connections are served side by side up to a limit; more wait in the socket's queue. Nothing that a client does ends the server. All
/// members may be called from any thread; <see cref="Start"/> once.
/// </remarks>
public sealed class UapiServer : IAsyncDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener;
    private readonly string? _path;
    private readonly IDeviceControl _device;
    private readonly UapiLimits _limits;
    private readonly SemaphoreSlim _places;
    private readonly ErasingMemoryPool _memory = new();
    private readonly CancellationTokenSource _stop = new();
    private UapiSocketWatcher? _watcher;
    private Task _accepting = Task.CompletedTask;
    private readonly Lazy<Task> _ending;

    private UapiServer(Socket listener, string? path, IDeviceControl device, UapiLimits? limits = null)
    {
        _listener = listener;
        _path = path;
        _device = device;
        _limits = limits ?? UapiLimits.Default;
        _places = new SemaphoreSlim(_limits.Connections);
        _ending = new Lazy<Task>(EndAsync);
    }

    /// <summary>Raised once, on any thread, when somebody else deletes, renames or replaces the socket's file.</summary>
    public event Action? Removed;

    /// <summary>A server on a socket that is made now. Clients can connect from now on and are served from <see cref="Start"/> on.</summary>
    /// <param name="path">The socket's path, such as <c>/var/run/wireguard/wg0.sock</c>; its folder is made if it is missing.</param>
    /// <param name="device">What is configured; the server does not dispose it.</param>
    /// <exception cref="IOException">Another process answers on the socket, or it cannot be made.</exception>
    public static UapiServer Listen(string path, WireGuardDevice device) => Listen(path, device, limits: null);

    /// <summary>A server on a socket that is made now. Clients connect from now on and are served from <see cref="Start"/> on.</summary>
    /// <param name="path">The socket's path, such as <c>/var/run/wireguard/wg0.sock</c>; its folder is made if it is missing.</param>
    /// <param name="device">What is configured; the server does not dispose it.</param>
    /// <param name="limits">What clients may ask; null for the default.</param>
    /// <exception cref="IOException">Another process answers on the socket, or it cannot be made.</exception>
    internal static UapiServer Listen(string path, IDeviceControl device, UapiLimits? limits = null) =>
        new(UapiSocketFile.Listen(path), path, device, limits);

    /// <summary>A server on a listening socket that was made by somebody else, as the one named by <c>WG_UAPI_FD</c>.</summary>
    /// <param name="listener">The socket; the server closes it.</param>
    /// <param name="path">The socket's file, to be watched and removed at the end; null when there is none.</param>
    /// <param name="device">What is configured; the server does not dispose it.</param>
    /// <exception cref="IOException">The descriptor is no listening Unix socket.</exception>
    public static UapiServer Adopt(SafeSocketHandle listener, string? path, WireGuardDevice device) => Adopt(listener, path, device, limits: null);

    /// <summary>A server on a listening socket that was made by somebody else, as the one named by <c>WG_UAPI_FD</c>.</summary>
    /// <param name="listener">The socket; the server closes it.</param>
    /// <param name="path">The socket's file, to be watched and removed at the end; null when there is none.</param>
    /// <param name="device">What is configured; the server does not dispose it.</param>
    /// <param name="limits">What clients may ask; null for the default.</param>
    /// <exception cref="IOException">The descriptor is no listening Unix socket.</exception>
    internal static UapiServer Adopt(SafeSocketHandle listener, string? path, IDeviceControl device, UapiLimits? limits = null)
    {
        try
        {
            var socket = new Socket(listener);
            if (socket is { AddressFamily: AddressFamily.Unix, SocketType: SocketType.Stream } && IsListening(socket))
            {
                return new UapiServer(socket, path, device, limits);
            }
        }
        catch (SocketException failure)
        {
            throw new IOException("The descriptor handed in is no socket.", failure);
        }
        throw new IOException("The descriptor handed in is no listening Unix socket.");
    }

    /// <summary>Begins to serve and to watch the socket's file.</summary>
    /// <exception cref="IOException">The file cannot be watched.</exception>
    public void Start()
    {
        _accepting = AcceptAsync();
        if (_path is not null) _watcher = new UapiSocketWatcher(_path, () => Removed?.Invoke());
    }

    /// <summary>Removes the socket's file if it is still ours, ends all connections and waits for them. May be called again.</summary>
    public ValueTask DisposeAsync() => new(_ending.Value);

    private async Task EndAsync()
    {
        bool ours = _path is not null && _watcher is not { IsGone: true };
        _watcher?.Dispose();
        if (ours) File.Delete(_path!); // while it still answers: nobody takes it for stale and puts another in its place
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        for (int i = 0; i < _limits.Connections; i++) await _places.WaitAsync().ConfigureAwait(false);
        _places.Dispose();
        _stop.Dispose();
        _memory.Dispose();
    }

    private async Task AcceptAsync()
    {
        CancellationToken stop = _stop.Token;
        while (true)
        {
            bool hasPlace = false;
            try
            {
                await _places.WaitAsync(stop).ConfigureAwait(false);
                hasPlace = true;
                Socket client = await _listener.AcceptAsync(stop).ConfigureAwait(false);
                hasPlace = false;
                _ = ServeAsync(client, stop); // gives its place back, which disposal waits for
            }
            catch (Exception)
            {
                if (hasPlace) _places.Release();
                if (stop.IsCancellationRequested) return;
                // The client is gone already, or the process has no descriptor left, which only time changes.
                await Task.Delay(AcceptPause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        // A busy client must not keep the next one from being accepted.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await ServeAsync(new NetworkStream(client, ownsSocket: true), stop).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The client broke off, or the server ends. Whatever it was, it was this connection's and ends with it.
        }
        finally
        {
            client.Dispose();
            _places.Release();
        }
    }

    private async Task ServeAsync(NetworkStream stream, CancellationToken stop)
    {
        PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(
            _memory, ErasingMemoryPool.BlockBytes, minimumReadSize: 1024, leaveOpen: true, useZeroByteReads: true));
        PipeWriter output = PipeWriter.Create(stream, new StreamPipeWriterOptions(_memory, ErasingMemoryPool.BlockBytes, leaveOpen: true));
        Exception? failure = null;
        try
        {
            await new UapiSession(new Connection(input, output), _device, _limits).RunAsync(stop).ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }
        // Gives the memory back to be erased. With a failure, what is left is not sent: the client may never read it.
        await input.CompleteAsync(failure).ConfigureAwait(false);
        await output.CompleteAsync(failure).ConfigureAwait(false);
    }

    private static bool IsListening(Socket socket) =>
        !OperatingSystem.IsLinux() || (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! != 0;

    private sealed class Connection(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
