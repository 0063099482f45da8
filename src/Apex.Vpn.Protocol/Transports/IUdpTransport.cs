using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol.Transports;

/// <summary>Datagrams in and out, in batches: the outer side of a tunnel.</summary>
/// <remarks>
/// <para>One thread receives at a time. Any thread may send, each with a batch of its own. <see cref="Open"/> may be called while a
/// receive blocks: the receive then goes on with the new sockets.</para>
/// <para>Nothing here throws for what the network does (unreachable hosts, pending ICMP errors, oversized datagrams).</para>
/// </remarks>
[Experimental(ApexDiagnostics.DataPath)]
public interface IUdpTransport : IDisposable
{
    /// <summary>Opens the sockets, or closes the open ones and opens them on another port.</summary>
    /// <param name="port">The port to bind, the same for IPv4 and IPv6; 0 chooses one that is free for both.</param>
    /// <returns>The port that was bound.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The port is taken (<c>AddressAlreadyInUse</c>), or sockets cannot be had.
    /// The transport is then closed.</exception>
    ushort Open(ushort port);

    /// <summary>Closes the sockets; a blocked <see cref="Receive"/> stays blocked until <see cref="Open"/> or <see cref="Wake"/>.</summary>
    void Close();

    /// <summary>The firewall mark of outgoing packets (Linux <c>SO_MARK</c>); 0 for none. Applies to open sockets at once.</summary>
    /// <param name="mark">The mark.</param>
    void SetMark(uint mark);

    /// <summary>
    /// Blocks until at least one datagram is there, then fills the batch with what can be had without blocking: for each slot its bytes,
    /// its <see cref="PacketSlot.Path"/> and its <see cref="PacketSlot.TrafficClass"/>.
    /// </summary>
    /// <param name="batch">Emptied first. Each of its places takes one datagram, or many where the kernel delivers several as one.
    /// Datagrams longer than a place are counted in <see cref="TruncatedDatagrams"/> and left out. All batches of one transport have the same
    /// <see cref="PacketBatch.Stride"/>: what the kernel has already made one of may not fit a smaller place.</param>
    /// <returns>The number of slots filled; 0 after <see cref="Wake"/>.</returns>
    /// <exception cref="ObjectDisposedException">The transport was disposed, also while the call blocked.</exception>
    int Receive(PacketBatch batch);

    /// <summary>
    /// Sends every slot of non-zero length to its <see cref="PacketSlot.Path"/> with its <see cref="PacketSlot.TrafficClass"/>; never
    /// blocks for long: what the kernel has no room for is lost, as on any network. When the kernel refuses a slot's local address, the
    /// slot is sent once more without it and <see cref="PacketSlot.SourceRejected"/> is set.
    /// </summary>
    /// <param name="batch">The datagrams; unchanged but for the flag.</param>
    /// <returns>The number of slots that were handed to the network.</returns>
    int Send(PacketBatch batch);

    /// <summary>Makes a blocked or the next <see cref="Receive"/> return 0. Any thread; does not block.</summary>
    void Wake();

    /// <summary>Datagrams that were received but did not fit a place, since the transport was made.</summary>
    long TruncatedDatagrams { get; }

    /// <summary>Raised, on any thread, when the host's routes or addresses changed, so that remembered local addresses may be stale.</summary>
    event Action? RoutesChanged;
}
