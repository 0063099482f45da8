using Apex.Vpn.Samples.Quickstart;
using Spectre.Console;

// Two WireGuard devices in this process, joined over UDP on loopback. No TUN, no root: each device's host is this program.
AnsiConsole.MarkupLine("[bold]Apex.Vpn quickstart[/]: two WireGuard devices on loopback, no TUN, no root");
AnsiConsole.WriteLine();

using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
await using var demonstration = new Demonstration(limit.Token);
List<StepResult> results = [];
foreach (Step step in demonstration.Steps)
{
    StepResult result = step.Run();
    results.Add(result);
    AnsiConsole.MarkupLine($"{(result.Passed ? "[green]ok  [/]" : "[red]FAIL[/]")} {Markup.Escape(result.Name)}: {Markup.Escape(result.Detail)}");
}

var table = new Table().Title("What happened").AddColumns("Step", "Result", "Measured");
foreach (StepResult result in results)
    table.AddRow(Markup.Escape(result.Name), result.Passed ? "[green]passed[/]" : "[red]failed[/]", Markup.Escape(result.Detail));
AnsiConsole.WriteLine();
AnsiConsole.Write(table);
return results.All(static result => result.Passed) ? 0 : 1;
