namespace Apex.Vpn.Fleet.Peers;

/// <summary>What a node needs to know of a device: its addresses and class; nothing of whose it is.</summary>
/// <param name="InnerIPv4">The inner IPv4 address as a number in host order; 0 for none.</param>
/// <param name="InnerIPv6">The last 64 bits of the inner IPv6 address, behind the fleet's prefix; 0 for none.</param>
/// <param name="Account">Groups the devices of one account in this index; no number that means anything elsewhere.</param>
/// <param name="Class">The tariff, an application's own number.</param>
/// <param name="SessionLimit">How many sessions the account may have at once, 1 to 255; 0 for any number.</param>
public readonly record struct DeviceGrant(uint InnerIPv4, ulong InnerIPv6, uint Account, ushort Class, byte SessionLimit);
