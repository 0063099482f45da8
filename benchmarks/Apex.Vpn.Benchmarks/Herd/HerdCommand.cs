using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Apex.Vpn.Benchmarks.Commands;

namespace Apex.Vpn.Benchmarks.Herd;

/// <summary><c>herd</c>: whether many users who choose by the same, late status crowd together.</summary>
internal static class HerdCommand
{
    private const string About = """
        Lets many users choose servers by a status that is up to 15 s old, and tells how evenly they spread. Nothing is measured;
        the same seed gives the same figures.

        World. Servers stand in the cities of the file, each of 1, 2, 5 or 10 Gbit/s by lot. A user lives near a city: it is drawn
        in proportion to the city's nodes times a factor of its own (log-normal, sigma 0.3), so that demand is not where the
        capacity is; home is scattered around it by 1.5 degrees. Round trips: great circle km / 100 + 5 ms + the user's access (2 ms
        + exponential, mean 8) + noise per user and city (mean 3) and per server (below 1); the nearest 8 cities are known to the
        user. Rates are log-normal (sigma 0.7); all together take half of the capacity.

        Course, one hour. Users arrive over the first 20 minutes; sessions last 30 minutes on average and are followed by another.
        Every 7.5 minutes on average, spread from half to one and a half of it, a user looks again, and moves when the best is 10 ms
        and a third better. Load is published every 15 s. At half-time all servers of a city fail: their users notice within 3 s and
        choose again, the status knows it after 13 s. They return after 15 minutes, with a weight that rises from 0.1 to 1 in 5
        minutes. The power of two choices (ours), always the cheapest, and uniform among the equivalent live through the same hour.
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    internal static int Run(string[] arguments)
    {
        Option<int> users = new("--users") { Description = "How many users, 100 to 1000000.", DefaultValueFactory = static _ => 100_000 };
        Option<string> cities = new("--cities")
        {
            Description = "The footprint: country_code,country,city_code,city,latitude,longitude,nodes.",
            HelpName = "FILE",
            DefaultValueFactory = static _ => "benchmarks/data/fleet/cities.csv",
        };
        Option<int> seed = new("--seed") { Description = "Where the world comes from.", DefaultValueFactory = static _ => 1 };
        Option<string?> fail = new("--fail")
        {
            Description = "The city that fails; the one with the most nodes when not given.",
            HelpName = "CITY",
        };
        Option<bool> json = new("--json") { Description = "Print the figures as JSON." };
        users.Validators.Add(result =>
        {
            if (result.GetValue(users) is < 100 or > 1_000_000) result.AddError("--users: 100 to 1000000.");
        });
        RootCommand command = new(About) { users, cities, seed, fail, json };
        command.SetAction(parsed =>
        {
            var options = new HerdOptions(parsed.GetValue(users), parsed.GetValue(cities)!, parsed.GetValue(seed), parsed.GetValue(fail));
            HerdReport report = HerdReport.Create(options);
            Console.Write(parsed.GetValue(json) ? JsonSerializer.Serialize(report, Json) + Environment.NewLine : report.ToText());
            return 0;
        });
        return ConsoleCommand.Invoke(command, arguments);
    }
}
