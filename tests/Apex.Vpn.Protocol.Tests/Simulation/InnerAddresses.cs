using System.Net;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>
/// The inner addresses of simulated networks, by number: one of IPv4 and one of IPv6 that belong to each node, then some whose prefixes move
/// from node to node. One of those holds the others, so that the longest prefix counts.
/// </summary>
internal static class InnerAddresses
{
    internal const int MaxNodes = 8;

    private const int Narrow = 4;

    internal const int FirstMoving = 2 * MaxNodes;
    internal const int Count = FirstMoving + (2 * Narrow) + 2;

    private const int WideIPv4 = Count - 2, WideIPv6 = Count - 1;

    private static readonly (IPNetwork Prefix, string Address)[] All = [.. Enumerable.Range(0, Count).Select(Make)];

    internal static int HomeIPv4(int node) => node;

    internal static int HomeIPv6(int node) => MaxNodes + node;

    /// <summary>The prefix that an address stands for.</summary>
    internal static IPNetwork Prefix(int address) => All[address].Prefix;

    /// <summary>The prefix that takes over when nobody has this one; -1 for none.</summary>
    internal static int Wider(int address) => address is < FirstMoving or >= WideIPv4 ? -1 : IsIPv4(address) ? WideIPv4 : WideIPv6;

    internal static bool IsIPv4(int address) => All[address].Prefix.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;

    /// <summary>Source and destination as text; the source's family follows the destination's.</summary>
    internal static (string Source, string Destination) Pair(int source, int destination)
    {
        Assert.Equal(IsIPv4(source), IsIPv4(destination));
        return (All[source].Address, All[destination].Address);
    }

    private static (IPNetwork, string) Make(int address)
    {
        (string prefix, string host) = address switch
        {
            < MaxNodes => ($"10.0.0.{address + 1}/32", $"10.0.0.{address + 1}"),
            < FirstMoving => ($"fd00::{address + 1}/128", $"fd00::{address + 1}"),
            < FirstMoving + Narrow => ($"10.1.{address}.0/24", $"10.1.{address}.7"),
            < WideIPv4 => ($"fd01:{address}::/64", $"fd01:{address}::7"),
            WideIPv4 => ("10.1.0.0/16", "10.1.200.1"),
            _ => ("fd01::/16", "fd01:ff::1"),
        };
        return (IPNetwork.Parse(prefix), host);
    }
}
