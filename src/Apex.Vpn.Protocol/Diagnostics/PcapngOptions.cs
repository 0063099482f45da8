namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>How a <see cref="PcapngWriter"/> writes. Not thread-safe.</summary>
public sealed class PcapngOptions
{
    /// <summary>How many bytes of each packet are kept, 1 to <see cref="PcapngWriter.MaxSnapLength"/>. 64 keeps headers and little more.</summary>
    /// <value>65535 by default: whole packets.</value>
    public int SnapLength { get; set; } = PcapngWriter.MaxSnapLength;

    /// <summary>How many bytes the capture may have; packets beyond are counted and left out. Only the headers may exceed it.</summary>
    /// <value>No limit by default.</value>
    public long MaxBytes { get; set; } = long.MaxValue;

    /// <summary>The interface's name in the capture; what is beyond 256 bytes of UTF-8 is cut off.</summary>
    /// <value><c>tunnel</c> by default.</value>
    public string InterfaceName { get; set; } = "tunnel";

    /// <summary>Leave the stream open when the writer is disposed.</summary>
    /// <value>False by default.</value>
    public bool LeaveOpen { get; set; }
}
