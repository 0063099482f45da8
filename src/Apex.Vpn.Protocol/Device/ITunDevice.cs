using System.Diagnostics.CodeAnalysis;
using Apex.Vpn.Protocol.Buffers;

namespace Apex.Vpn.Protocol;

/// <summary>IP packets from and to the host, in batches: the inner side of a tunnel.</summary>
/// <remarks>One thread reads at a time. Any thread may write, each with a batch of its own.</remarks>
[Experimental(ApexDiagnostics.DataPath)]
public interface ITunDevice : IDisposable
{
    /// <summary>The interface's name.</summary>
    string Name { get; }

    /// <summary>The MTU in bytes as of now; 0 when unknown. It may change at any time.</summary>
    int Mtu { get; }

    /// <summary>
    /// Blocks until at least one packet is there, then fills the batch with what can be had without blocking. Each packet has
    /// <see cref="PacketBatch.Headroom"/> bytes free before it and <see cref="PacketBatch.Tailroom"/> behind it.
    /// </summary>
    /// <param name="batch">Emptied first.</param>
    /// <returns>The number of slots filled; 0 after <see cref="Wake"/>.</returns>
    /// <exception cref="TunClosedException">The interface is gone.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed, also while the call blocked.</exception>
    int Read(PacketBatch batch);

    /// <summary>Hands every slot of non-zero length to the host; a full queue or a refused packet loses that packet only.</summary>
    /// <param name="batch">Packets, each with 16 bytes of slab before it that may be overwritten.</param>
    /// <returns>The number of slots that were taken.</returns>
    int Write(PacketBatch batch);

    /// <summary>Makes a blocked or the next <see cref="Read"/> return 0. Any thread; does not block.</summary>
    void Wake();
}
