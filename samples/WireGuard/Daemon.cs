using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Configuration;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Transports;

namespace Apex.Vpn.Samples.WireGuard;

/// <summary>The daemon itself: a TUN, a device, and a socket to configure it, until one of them goes.</summary>
[SupportedOSPlatform("linux")]
internal static class Daemon
{
    internal static async Task<int> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        if (options.IsChild) Detachment.Begin();
        var log = new Log(options.Interface, options.LogLevel);
        try
        {
            using LinuxTun tun = options.TunDescriptor is { } descriptor ? LinuxTun.FromDescriptor(descriptor) : LinuxTun.Open(options.Interface);
            using FileStream? file = options.Capture?.Create();
            using PcapngWriter? writer = file is null ? null : new PcapngWriter(file);
            await using var device = new WireGuardDevice(tun, UdpTransport.Create(), new WireGuardDeviceOptions
            {
                Name = options.Interface,
                DataThreads = options.DataThreads,
                Observer = options.LogLevel == LogLevel.Verbose ? new LoggingObserver(log) : null,
                Filter = writer is null ? null : new PacketCapture(writer),
            });
            await using UapiServer uapi = Listen(options, device);
            using var link = new LinkFollower(tun, device, log);
            uapi.Start();
            if (options.IsChild) Detachment.Report(null);
            log.Verbose("Ready");
            await UntilEndAsync(device, uapi, log, cancellationToken);
            return ExitCodes.Success;
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException)
        {
            if (options.IsChild) Detachment.Report(exception.Message);
            else await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.Failure;
        }
    }

    private static UapiServer Listen(DaemonOptions options, WireGuardDevice device) =>
        options.UapiDescriptor is { } descriptor
            ? UapiServer.Adopt(new SafeSocketHandle(descriptor, ownsHandle: true), SocketPath(options), device)
            : UapiServer.Listen(SocketPath(options), device);

    private static string SocketPath(DaemonOptions options) => $"/var/run/wireguard/{options.Interface}.sock";

    private static async Task UntilEndAsync(WireGuardDevice device, UapiServer uapi, Log log, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using CancellationTokenRegistration cancelled = cancellationToken.Register(() => ended.TrySetResult("Cancelled"));
        uapi.Removed += () => ended.TrySetResult("The socket was removed");
        Task first = await Task.WhenAny(ended.Task, device.Completion);
        if (first == ended.Task) log.Verbose(await ended.Task);
        else log.Verbose(device.Completion.Exception?.InnerException?.Message ?? "The device ended");

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.TrySetResult("Asked to end");
        }
    }
}
