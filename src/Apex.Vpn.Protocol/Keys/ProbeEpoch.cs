namespace Apex.Vpn.Protocol;

/// <summary>A time, usually a day, in which one <see cref="ProbeSecret"/> is in use.</summary>
/// <param name="number">The epoch's number, the same at all nodes and clients.</param>
/// <param name="secret">Its secret; stays the caller's to dispose.</param>
public sealed class ProbeEpoch(uint number, ProbeSecret secret)
{
    /// <summary>The epoch's number.</summary>
    public uint Number { get; } = number;

    /// <summary>The epoch's secret.</summary>
    public ProbeSecret Secret { get; } = secret ?? throw new ArgumentNullException(nameof(secret));
}
