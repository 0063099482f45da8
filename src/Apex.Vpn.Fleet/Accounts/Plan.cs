namespace Apex.Vpn.Fleet.Accounts;

/// <summary>What one kind of account may do. Immutable.</summary>
public sealed class Plan
{
    /// <summary>The most devices of an account, 100.</summary>
    public const int MaxDevices = 100;

    internal Plan(string name, int deviceLimit, IReadOnlyList<string> features) =>
        (Name, DeviceLimit, Features) = (name, deviceLimit, features);

    /// <summary>The plan's name.</summary>
    public string Name { get; }

    /// <summary>How many devices an account may have, 1 to <see cref="MaxDevices"/>.</summary>
    public int DeviceLimit { get; }

    /// <summary>What it may do, at most <see cref="AccessClaims.MaxFeatures"/>.</summary>
    public IReadOnlyList<string> Features { get; }
}
