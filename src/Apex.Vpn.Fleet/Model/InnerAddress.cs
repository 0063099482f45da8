namespace Apex.Vpn.Fleet.Model;

/// <summary>A place in an address pool. A value; immutable.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Index">The place, 0 up to the pool's size; <see cref="AddressPool"/> makes addresses of it.</param>
public readonly record struct InnerAddress(string Pool, long Index);
