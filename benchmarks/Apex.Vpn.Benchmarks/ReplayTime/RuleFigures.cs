using System.Text.Json.Serialization;
using Apex.Vpn.Benchmarks.Data;

namespace Apex.Vpn.Benchmarks.ReplayTime;

/// <summary>What one rule came to with one seed.</summary>
internal sealed class RuleFigures(string rule)
{
    public string Rule { get; } = rule;

    public int Switches { get; set; }

    /// <summary>How much longer the round trip was than that of the best server of the slice, in milliseconds, for each slice that
    /// counts.</summary>
    [JsonIgnore]
    public List<double> Regrets { get; } = [];

    internal void Charge(RttMatrix slice, int host, int[] servers, int chosen) =>
        Regrets.Add(slice[host, servers[chosen]] - servers.Min(server => slice[host, server]));
}

/// <summary>What all rules came to with one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Users">How many users.</param>
/// <param name="Charged">How many slices of users count.</param>
/// <param name="Skipped">How many do not, because a server was not measured or none was chosen yet.</param>
/// <param name="Rules">The rules, in their order.</param>
internal sealed record SeedFigures(int Seed, int Users, int Charged, int Skipped, RuleFigures[] Rules);
