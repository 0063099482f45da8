using Apex.Vpn.Fleet.Health;
using Apex.Vpn.Fleet.Registry;

namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>One machine, as it truly is.</summary>
internal sealed class SimNode(int index, Guid id, NodeSite site, int region)
{
    private bool _isUp = true, _isHung, _linkUp = true, _regionUp = true;

    internal int Index => index;
    internal Guid Id => id;
    internal NodeSite Site => site;
    internal int Region => region;

    // What the node itself knows.
    internal Guid Boot { get; set; }
    internal long Attempt { get; set; }
    internal long Epoch { get; set; }
    internal TimeSpan ClockOffset { get; set; }
    internal DateTimeOffset CertificateFrom { get; set; }
    internal DateTimeOffset CertificateTo { get; set; }

    /// <summary>The agent stands still; packets are still forwarded.</summary>
    internal bool IsAgentHung { get; set; }

    /// <summary>The control plane's watch over the node's clock.</summary>
    internal ClockWatch Clock;

    // Whether the simulation lets it beat at present.
    internal bool IsAlwaysAwake { get; init; }
    internal bool IsAwake { get; set; }
    internal bool IsQueued { get; set; }
    internal TimeSpan AwakeUntil { get; set; }
    internal TimeSpan WatchedSince { get; set; } = TimeSpan.MaxValue;

    internal bool IsUp => _isUp;
    internal bool DataPathWorks => _isUp && !_isHung && _linkUp && _regionUp;
    internal bool CanTalk => DataPathWorks && !IsAgentHung;

    /// <summary>Since when the data path does not work; null when it does.</summary>
    internal TimeSpan? BadSince { get; private set; }

    /// <summary>When it last began to work again.</summary>
    internal TimeSpan GoodSince { get; private set; } = -TimeSpan.FromDays(1);

    internal bool IsDetected { get; set; }

    internal void SetUp(bool value, TimeSpan now) => Set(ref _isUp, value, now);

    internal void SetHung(bool value, TimeSpan now) => Set(ref _isHung, value, now);

    internal void SetLink(bool value, TimeSpan now) => Set(ref _linkUp, value, now);

    internal void SetRegion(bool value, TimeSpan now) => Set(ref _regionUp, value, now);

    private void Set(ref bool field, bool value, TimeSpan now)
    {
        field = value;
        if (DataPathWorks && BadSince is not null)
        {
            BadSince = null;
            GoodSince = now;
        }
        else if (!DataPathWorks && BadSince is null)
        {
            BadSince = now;
            IsDetected = false;
        }
    }
}
