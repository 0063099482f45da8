using System.Threading.Channels;
using Apex.Vpn.Protocol.Diagnostics;
using Apex.Vpn.Protocol.Engine;
using Apex.Vpn.Protocol.Engine.Notices;
using Apex.Vpn.Protocol.Notices;

namespace Apex.Vpn.Protocol;

/// <summary>
/// What a node tells its clients inside the tunnel: that it goes away, so that they move at once and are not found out to be cut off after
/// 15 s. Only clients that said hello in their session hear anything; a stock WireGuard client never sees a packet of it.
/// </summary>
/// <remarks>
/// The client's half needs <see cref="WireGuardDeviceOptions.NoticeClient"/>, the node's half
/// <see cref="WireGuardDeviceOptions.NoticeNode"/>; a device may have both. All members are safe from any thread. Formats and what each party
/// can do with which knowledge are in docs/protocol-extensions.md, section 4, and SECURITY.md.
/// </remarks>
public sealed class DeviceNotices
{
    /// <summary>The most gateways that a client hears, and the most addresses of a node.</summary>
    public const int MaxAddresses = 8;

    private readonly WireGuardEngine _engine;
    private readonly ControlWorker _control;
    private readonly DeviceClock _clock;
    private readonly WakeSignal _wake;
    private readonly NoticeEvents _events;

    internal DeviceNotices(WireGuardEngine engine, ControlWorker control, DeviceClock clock, WakeSignal wake, NoticeEvents events) =>
        (_engine, _control, _clock, _wake, _events) = (engine, control, clock, wake, events);

    /// <summary>
    /// The notices that this client believes: verified, in time, each once. Up to 64 wait to be read, then the oldest go. Ends with the device.
    /// </summary>
    public ChannelReader<Notice> Received => _events.Received;

    /// <summary>Sets the nodes that this client hears. Those with a session hear a hello in it.</summary>
    /// <param name="gateways">At most <see cref="MaxAddresses"/>, no two of one peer.</param>
    /// <exception cref="ArgumentException">There are too many, or two of one peer.</exception>
    /// <exception cref="InvalidOperationException">The device was made without <see cref="WireGuardDeviceOptions.NoticeClient"/>.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    /// <remarks>What was heard of a node is remembered, also while it is not among them: for the 256 nodes that were heard last.</remarks>
    public void SetGateways(IReadOnlyList<NoticeGateway> gateways)
    {
        ArgumentNullException.ThrowIfNull(gateways);
        Check(gateways, nameof(gateways));
        lock (_control.Lock) Control(_engine.Notices?.Reader).SetGateways(gateways);
        _wake.Set();
    }

    /// <summary>
    /// Tells one client something: at once, and again after 0.5 s and 1.5 s unless it acknowledged; 2 s later it is given up, which
    /// <see cref="DeviceObserver.NoticeEnded"/> tells. A newer notice to the same client takes its place.
    /// </summary>
    /// <param name="peer">The client.</param>
    /// <param name="kind">What is said.</param>
    /// <param name="signedNotice">The bytes of <see cref="Notice.ToUnsignedBytes"/> and the 64 bytes of their signature; empty for
    /// <see cref="NoticeKind.Closing"/>.</param>
    /// <returns>False when the peer has no session in which it said hello. It may be told after its next
    /// <see cref="DeviceObserver.NoticeHello"/>.</returns>
    /// <exception cref="ArgumentException">The bytes are no notice of this kind. The signature is not looked at.</exception>
    /// <exception cref="InvalidOperationException">The device was made without <see cref="WireGuardDeviceOptions.NoticeNode"/>.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    public bool Notify(PublicKey peer, NoticeKind kind, ReadOnlySpan<byte> signedNotice)
    {
        Check(kind, signedNotice);
        bool told;
        lock (_control.Lock) told = Control(_engine.Notices?.Sender).Notify(peer, kind, signedNotice, _clock.Now);
        _wake.Set();
        return told;
    }

    /// <summary>Tells all clients something, each as by <see cref="Notify"/>.</summary>
    /// <param name="kind">What is said. A notice of a personal kind is believed by one client only: use <see cref="Notify"/>.</param>
    /// <param name="signedNotice">As for <see cref="Notify"/>.</param>
    /// <returns>How many clients are told: those with a session in which they said hello.</returns>
    /// <inheritdoc cref="Notify" path="/exception"/>
    public int NotifyAll(NoticeKind kind, ReadOnlySpan<byte> signedNotice)
    {
        Check(kind, signedNotice);
        int told;
        lock (_control.Lock) told = Control(_engine.Notices?.Sender).NotifyAll(kind, signedNotice, _clock.Now);
        _wake.Set();
        return told;
    }

    /// <summary>
    /// Tells all clients that this node is about to end (<see cref="NoticeKind.Closing"/>), for use before the device is disposed, and waits
    /// until every one of them has acknowledged or was given up: one round trip as a rule, 3.5 s at most.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; what was begun goes on.</param>
    /// <returns>How many clients were told.</returns>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    /// <exception cref="InvalidOperationException">The device was made without <see cref="WireGuardDeviceOptions.NoticeNode"/>.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    public async Task<int> AnnounceClosingAsync(CancellationToken cancellationToken = default)
    {
        int told;
        Task settled;
        lock (_control.Lock)
        {
            told = Control(_engine.Notices?.Sender).NotifyAll(NoticeKind.Closing, [], _clock.Now);
            settled = told == 0 ? Task.CompletedTask : _events.UntilSettled();
        }
        _wake.Set();
        await settled.WaitAsync(cancellationToken).ConfigureAwait(false);
        return told;
    }

    internal static void Check(WireGuardDeviceOptions options)
    {
        if (options.NoticeClient is { } client) Check(client.Gateways, nameof(options));
        if (options.NoticeNode is not { } node) return;
        ArgumentOutOfRangeException.ThrowIfZero(node.Addresses.Count, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(node.Addresses.Count, MaxAddresses, nameof(options));
    }

    internal void End() => _events.End();

    private static void Check(IReadOnlyList<NoticeGateway> gateways, string name)
    {
        if (gateways.Count > MaxAddresses) throw new ArgumentException($"A client hears at most {MaxAddresses} gateways.", name);
        if (gateways.DistinctBy(static gateway => gateway.Peer).Count() != gateways.Count)
            throw new ArgumentException("A peer is one gateway.", name);
    }

    private static void Check(NoticeKind kind, ReadOnlySpan<byte> signedNotice)
    {
        if (!NoticeControl.IsWellFormed(kind, signedNotice)) throw new ArgumentException("Not a notice of this kind.", nameof(signedNotice));
    }

    /// <summary>The engine's half, when the device was made with that side of it.</summary>
    private NoticeControl Control(object? side)
    {
        ObjectDisposedException.ThrowIf(_engine.IsDisposed, this);
        return side is null ? throw new InvalidOperationException("The device was made without this option.") : _engine.Notices!;
    }
}
