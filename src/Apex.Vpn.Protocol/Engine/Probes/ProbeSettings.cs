namespace Apex.Vpn.Protocol.Engine.Probes;

/// <summary>What the application said about probes. Holds copies of the secrets, since the node's public key may yet change.</summary>
internal sealed class ProbeSettings : IDisposable
{
    private readonly ProbeSecret _current;
    private readonly ProbeSecret? _previous;

    internal ProbeSettings(ProbeEpoch current, ProbeEpoch? previous, ProbeClock clock, int perNetwork, int inAll)
    {
        _current = new ProbeSecret(current.Secret.Bytes);
        CurrentEpoch = current.Number;
        if (previous is not null)
        {
            _previous = new ProbeSecret(previous.Secret.Bytes);
            PreviousEpoch = previous.Number;
        }
        (Clock, PerNetwork, InAll) = (clock, perNetwork, inAll);
    }

    internal uint CurrentEpoch { get; }

    internal uint PreviousEpoch { get; }

    internal ProbeClock Clock { get; }

    internal int PerNetwork { get; }

    internal int InAll { get; }

    /// <summary>The key of the current epoch for a node.</summary>
    internal ProbeKey CurrentKey(in PublicKey node) => new(in node, CurrentEpoch, _current.Bytes);

    /// <summary>The key of the epoch before; null when there is none.</summary>
    internal ProbeKey? PreviousKey(in PublicKey node) => _previous is null ? null : new(in node, PreviousEpoch, _previous.Bytes);

    public void Dispose()
    {
        _current.Dispose();
        _previous?.Dispose();
    }
}
