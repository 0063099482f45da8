namespace Apex.Vpn.Routing.Probing;

/// <summary>Measures ways to servers now: by stateless probes (<see cref="StatelessProber"/>), or by handshakes where those are
/// off.</summary>
public interface ILatencyProber
{
    /// <summary>Measures the ways to all targets at once.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>
    /// A measurement for each target, in their order. A target that does not answer, or that cannot be reached from this network, is a
    /// measurement without round trips and no error.
    /// </returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<IReadOnlyList<LatencyMeasurement>> MeasureAsync(
        IReadOnlyList<LatencyTarget> targets, CancellationToken cancellationToken = default);
}
