namespace Apex.Vpn.Routing.Directory;

/// <summary>What an online key may sign. Bits that a client does not know are ignored.</summary>
[Flags]
public enum KeyPurposes : ushort
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Server lists.</summary>
    List = 1 << 0,

    /// <summary>Statuses.</summary>
    Status = 1 << 1,

    /// <summary>Latency profiles.</summary>
    Profiles = 1 << 2,

    /// <summary>Notices in the tunnel.</summary>
    Notices = 1 << 3,
}
