using System.Globalization;
using System.Text.Json;
using Apex.Vpn.Netns.Results;
using Apex.Vpn.Routing.Placement;

namespace Apex.Vpn.Benchmarks.Placement;

/// <summary>A plan, and what one without a limit of moves would reach.</summary>
internal sealed record PlaceReport(
    string Problem, string Objective, double TargetMs, uint Seed, PlacementPlan Plan, PlacementFigures WithoutMoveLimit)
{
    internal static PlaceReport Create(PlaceProblem problem, PlaceOptions options)
    {
        PlacementObjective objective = options.ToObjective();
        PlacementPlan plan = problem.Plan(objective, options.Steps, options.Seed, showProgress: true);
        PlaceProblem unlimited = problem with { Limits = problem.Limits with { MoveShare = 1 } };
        PlacementPlan free = unlimited.Plan(objective, options.Steps, options.Seed, showProgress: true);
        return new PlaceReport(problem.Name, options.Objective, options.Target, options.Seed, plan, free.After);
    }

    internal void Write(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(ToData(), JsonSerializerOptions.Web));
            return;
        }
        output.WriteLine(Text($"{Problem}; objective: {Objective}, target {TargetMs:0.#} ms, seed {Seed}"));
        output.WriteLine();
        var figures = new Table("Placement", "Nodes", "Mean, ms", "p95, ms", Text($"Within {TargetMs:0.#} ms"), "Served");
        Add(figures, "before", Plan.Before);
        Add(figures, Text($"after, {Plan.Moves} nodes moved of at most {Plan.MovesAllowed}"), Plan.After);
        Add(figures, "without a limit of moves", WithoutMoveLimit);
        output.WriteLine(figures);
        if (Plan.Actions.Count == 0)
        {
            output.WriteLine("Nothing to do.");
            return;
        }
        var actions = new Table("Action", "Mean, ms", "p95, ms", "Within target, points", "Why");
        foreach (PlacementAction action in Plan.Actions)
        {
            PlacementGain gain = action.Gain;
            actions.Add(
                Name(action),
                Text($"{-gain.MeanMs:+0.00;-0.00;0}"),
                Text($"{-gain.P95Ms:+0.0;-0.0;0}"),
                Text($"{100 * gain.WithinTarget:+0.00;-0.00;0}"),
                action.Reason);
        }
        output.Write(actions);
    }

    private static void Add(Table table, string name, PlacementFigures figures) => table.Add(
        name,
        Text($"{figures.Nodes}"),
        Text($"{figures.MeanMs:0.00}"),
        Text($"{figures.P95Ms:0.0}"),
        Text($"{100 * figures.WithinTarget:0.0} %"),
        Text($"{100 * figures.Served:0.0} %"));

    private static string Name(PlacementAction action) => Text($"{action.Kind} {action.Nodes}: {action switch
    {
        { From: { } from, To: { } to } => $"{from} -> {to}",
        { From: { } from } => $"{from}, fewer",
        _ => $"{action.To}",
    }}");

    private object ToData()
    {
        var actions = Plan.Actions.Select(static action =>
        {
            (string kind, string? from, string? to) = (action.Kind.ToString(), action.From?.ToString(), action.To?.ToString());
            return new { kind, from, to, action.Nodes, action.Gain, action.Reason };
        });
        (int moves, int movesAllowed) = (Plan.Moves, Plan.MovesAllowed);
        return new { Problem, Objective, TargetMs, Seed, Plan.Before, Plan.After, WithoutMoveLimit, moves, movesAllowed, actions };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
