namespace Apex.Vpn.Fleet.Storage;

/// <summary>What became of a device that was to be added.</summary>
public enum DeviceAddition
{
    /// <summary>It was added.</summary>
    Added = 0,

    /// <summary>There is no such account.</summary>
    NoAccount = 1,

    /// <summary>The account has as many devices as it may.</summary>
    LimitReached = 2,

    /// <summary>Its id, its public key or its address belongs to another device, maybe a revoked one.</summary>
    Taken = 3,
}
