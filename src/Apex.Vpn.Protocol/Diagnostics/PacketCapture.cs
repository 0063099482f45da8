namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>A packet filter that drops nothing itself and records every inner packet, in the clear, that goes through a tunnel.</summary>
/// <remarks>
/// <para>It can stand in front of another filter: that one decides, and what it drops is not recorded.</para>
/// <para>A tool for developers on their own traffic; nothing in a server refers to it. Safe from any thread. When the stream fails, the
/// capture ends and the tunnel goes on: see <see cref="Failure"/>. The writer is not disposed with it.</para>
/// </remarks>
public sealed class PacketCapture : IPacketFilter
{
    private readonly PcapngWriter _writer;
    private readonly IPacketFilter? _inner;
    private readonly TimeProvider _time;
    private Exception? _failure;

    /// <summary>Records all packets.</summary>
    /// <param name="writer">Where to.</param>
    public PacketCapture(PcapngWriter writer) : this(writer, null, TimeProvider.System) { }

    /// <summary>Records the packets that another filter lets pass.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="inner">The filter that decides; null to let everything pass.</param>
    /// <param name="timeProvider">The clock that packets are stamped with.</param>
    public PacketCapture(PcapngWriter writer, IPacketFilter? inner, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(timeProvider);
        _writer = writer;
        _inner = inner;
        _time = timeProvider;
    }

    /// <summary>Why the capture ended before its time; null while it goes on.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <inheritdoc/>
    public bool AllowOutbound(PublicKey peer, ReadOnlySpan<byte> packet)
    {
        if (_inner is not null && !_inner.AllowOutbound(peer, packet)) return false;
        Record(packet, PacketDirection.Outbound);
        return true;
    }

    /// <inheritdoc/>
    public bool AllowInbound(PublicKey peer, ReadOnlySpan<byte> packet)
    {
        if (_inner is not null && !_inner.AllowInbound(peer, packet)) return false;
        Record(packet, PacketDirection.Inbound);
        return true;
    }

    private void Record(ReadOnlySpan<byte> packet, PacketDirection direction)
    {
        if (Failure is not null) return;
        try
        {
            _writer.Write(_time.GetUtcNow(), packet, direction);
        }
        // A filter must not throw, whatever stream somebody chose.
#pragma warning disable CA1031
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
        }
#pragma warning restore CA1031
    }
}
