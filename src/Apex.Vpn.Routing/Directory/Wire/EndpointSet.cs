namespace Apex.Vpn.Routing.Directory.Wire;

/// <summary>One endpoint of a set: which of a server's addresses, how it is spoken to there, and at which port.</summary>
internal readonly record struct EndpointSlot(byte Address, TransportKind Transport, ushort Port);

/// <summary>The endpoints of a server without its addresses: what most servers of a fleet have in common.</summary>
internal sealed class EndpointSet(EndpointSlot[] slots) : IEquatable<EndpointSet>
{
    internal ReadOnlySpan<EndpointSlot> Slots => slots;

    public bool Equals(EndpointSet? other) => other is not null && Slots.SequenceEqual(other.Slots);

    public override bool Equals(object? obj) => Equals(obj as EndpointSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (EndpointSlot slot in slots) hash.Add(slot);
        return hash.ToHashCode();
    }

    internal void Write(WireWriter writer)
    {
        foreach (EndpointSlot slot in slots)
        {
            writer.Byte(slot.Address);
            writer.Byte((byte)slot.Transport);
            writer.UInt16(slot.Port);
        }
    }

    /// <summary>Reads a set, which fills its entry; null, with the reason, when it is none.</summary>
    internal static EndpointSet? Read(ref WireReader reader, out ListDefectReason reason)
    {
        var slots = new List<EndpointSlot>();
        bool good = true;
        while (!reader.IsAtEnd)
        {
            var slot = new EndpointSlot(reader.Byte(), (TransportKind)reader.Byte(), reader.UInt16());
            good &= slot is { Transport: not TransportKind.None, Port: not 0 } && slots.Count < DirectoryLimits.Endpoints;
            if (good) slots.Add(slot);
        }
        reason = reader.Failed ? ListDefectReason.Malformed : good && slots.Count > 0 ? ListDefectReason.None : ListDefectReason.Endpoint;
        return reason == ListDefectReason.None ? new EndpointSet([.. slots]) : null;
    }
}
