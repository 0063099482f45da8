namespace Apex.Vpn.Protocol.Diagnostics;

/// <summary>Reads a device's counters while its workers go on counting. Safe from any thread.</summary>
internal interface IDeviceCounters
{
    /// <summary>The sum over all workers, as of now.</summary>
    long Read(CounterKind kind);

    /// <summary>Packets dropped for a reason, over all workers, as of now.</summary>
    long Dropped(DropReason reason);
}
