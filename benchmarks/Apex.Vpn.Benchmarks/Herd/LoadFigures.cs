using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Benchmarks.Herd;

/// <summary>
/// Takes the figures of a moment: how even servers are among those that are alike, and how far users are from the nearest.
/// </summary>
internal sealed class LoadFigures(World world, Chooser chooser)
{
    private const int SampledUsers = 500;

    private readonly int[] _capacities = [.. world.Catalog.List.Servers.Select(static server => server.Capacity)];

    /// <summary>For each city: its fullest server beside all of them together, by true load.</summary>
    internal void AddServers(PhaseFigures phase, double[] load, Func<int, bool> isUp)
    {
        for (int city = 0; city < world.Cities.Length; city++)
        {
            (double most, double mean, int servers, double traffic) =
                Evenness(load, isUp, world.FirstServers[city], world.FirstServers[city + 1], static _ => true);
            phase.AddPeak(most);
            if (servers > 1) phase.AddCity(most, mean, traffic);
        }
    }

    /// <summary>For some users: the same over what is equivalent for them. For all: what the choice costs in round trip.</summary>
    internal void AddUsers(PhaseFigures phase, int now, ServerStatus[] published, double[] load, int[] serverOf, Func<int, bool> isUp)
    {
        for (int i = 0; i < SampledUsers; i++)
        {
            int user = (int)(world.Bits(What.Sample, now, i) % (ulong)world.Users);
            if (chooser.Choose(user, published, 0) < 0) continue;
            (double most, double mean, int servers, _) = Evenness(load, isUp, 0, load.Length, chooser.Result.IsEquivalent);
            if (servers > 1 && mean > 0) phase.AddSet(most / mean, servers);
        }
        for (int user = 0; user < world.Users; user++)
        {
            int server = serverOf[user];
            if (server < 0 || !isUp(server))
            {
                phase.AddOffline();
                continue;
            }
            ReadOnlySpan<int> cities = world.CitiesOf(user);
            int used = cities.IndexOf(world.CityOf[server]), nearest = 0;
            while (!isUp(world.FirstServers[cities[nearest]])) nearest++;
            phase.AddUser(world.CityRtt(user, used) - world.CityRtt(user, nearest), isFull: load[server] > _capacities[server]);
        }
    }

    /// <summary>The greatest utilisation and that of all together, over those that are up.</summary>
    private (double Most, double Mean, int Servers, double Traffic) Evenness(
        double[] load, Func<int, bool> isUp, int from, int to, Func<int, bool> counts)
    {
        double most = 0, traffic = 0, capacity = 0;
        int servers = 0;
        for (int i = from; i < to; i++)
        {
            if (!counts(i) || !isUp(i)) continue;
            most = Math.Max(most, load[i] / _capacities[i]);
            traffic += load[i];
            capacity += _capacities[i];
            servers++;
        }
        return (most, capacity > 0 ? traffic / capacity : 0, servers, traffic);
    }
}
