namespace Apex.Vpn.Protocol;

/// <summary>What a device needs to answer latency probes; see <see cref="WireGuardDevice.AnswerProbes"/>.</summary>
public sealed class ProbeResponderOptions
{
    /// <summary>The epoch of now. Its secret is copied.</summary>
    public required ProbeEpoch Current { get; init; }

    /// <summary>The epoch before it, whose probes are answered too.</summary>
    /// <value>Null by default: none.</value>
    public ProbeEpoch? Previous { get; init; }

    /// <summary>The time as the control plane signed it, noted on the device's clock (<see cref="WireGuardDeviceOptions.TimeProvider"/>).</summary>
    /// <remarks>Probes that are off by more than 120 s are not answered.</remarks>
    public required SignedTime Time { get; init; }

    /// <summary>How many probes a second are answered for each IPv4 /24 and IPv6 /56; as many at once after a second of rest.</summary>
    /// <value>50 by default; 1 to 1 000 000.</value>
    public int AnswersPerNetwork { get; init; } = 50;

    /// <summary>How many probes a second are answered in all; an eighth of it at once.</summary>
    /// <value>10 000 by default; 1 to 1 000 000.</value>
    public int AnswersInAll { get; init; } = 10_000;
}
