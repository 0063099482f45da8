namespace Apex.Vpn.Protocol;

/// <summary>Packets of one flow that the kernel takes as one: the first with its headers, the rest without.</summary>
internal struct PacketRun
{
    /// <summary>The connection; default for a packet of none.</summary>
    internal FlowKey Key;

    /// <summary>The length of the first packet's headers.</summary>
    internal int HeaderLength;

    /// <summary>The first slot, and the last so far.</summary>
    internal int First, Last;

    /// <summary>How many packets there are.</summary>
    internal int Count;

    /// <summary>The length of the merged packet.</summary>
    internal int Length;

    /// <summary>The payload of each packet but the last, which may have less.</summary>
    internal int SegmentSize;

    /// <summary>The TCP sequence number that goes on here.</summary>
    internal uint NextSequence;

    /// <summary>Whether nothing more may join.</summary>
    internal bool IsClosed;

    /// <summary>Whether the first packet's checksum is known to be right, as those of the rest are.</summary>
    internal bool IsVerified;
}
