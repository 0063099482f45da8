namespace Apex.Vpn.Routing.Latency;

/// <summary>What is measured of one server, by either Internet Protocol. Used again for another when that one goes.</summary>
internal sealed class LatencySlot
{
    /// <summary>Every how many rounds the version that is not in use is probed: often enough to be found when it gets better.</summary>
    private const int OtherEvery = 4;

    private readonly RttEstimator _v4 = new(), _v6 = new();
    private int _rounds;

    internal Guid Id { get; private set; }

    /// <summary>The index in the list, or -1: not in use.</summary>
    internal int Server { get; set; } = -1;

    /// <summary>When it was last probed, with or without an answer.</summary>
    internal TimeSpan LastProbe { get; private set; }

    internal RttEstimator this[IpVersion version] => version == IpVersion.V4 ? _v4 : _v6;

    /// <summary>The version to use, of those there is something to say about.</summary>
    internal IpVersion Preferred => IpVersionChoice.Prefer(_v4.Probes > 0 ? _v4 : null, _v6.Probes > 0 ? _v6 : null);

    internal void Take(Guid id, int server)
    {
        (Id, Server, LastProbe, _rounds) = (id, server, TimeSpan.MinValue, 0);
        _v4.Reset();
        _v6.Reset();
    }

    internal void Probed(TimeSpan now)
    {
        if (now > LastProbe) LastProbe = now;
    }

    /// <summary>The version to probe next where both are offered.</summary>
    internal IpVersion NextProbed()
    {
        IpVersion preferred = Preferred;
        return ++_rounds % OtherEvery != 0 ? preferred : preferred == IpVersion.V4 ? IpVersion.V6 : IpVersion.V4;
    }

    /// <summary>Neither version answers, though each was asked often enough.</summary>
    internal bool IsSilent => IsSilentBy(_v4) && IsSilentBy(_v6) && _v4.Probes + _v6.Probes > 0;

    private static bool IsSilentBy(RttEstimator measured) => measured.Probes == 0 || measured.LossesInARow >= IpVersionChoice.SilentAfter;
}
