using Spectre.Console;

namespace Apex.Vpn.Samples.ControlPlane;

/// <summary>What a command has to say: tables on a terminal, plain lines where another program reads.</summary>
internal sealed class Report
{
    private readonly TextWriter _output;
    private readonly IAnsiConsole? _terminal;

    /// <summary>Reports to a writer; draws tables when that is a terminal.</summary>
    internal Report(TextWriter output)
        : this(output, output == Console.Out && !Console.IsOutputRedirected)
    {
    }

    internal Report(TextWriter output, bool isTerminal)
    {
        _output = output;
        _terminal = isTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }) : null;
    }

    /// <summary>Names and values: plainly <c>name: value</c>, one a line.</summary>
    internal void Facts(params IReadOnlyList<(string Name, string Value)> facts)
    {
        if (_terminal is null)
        {
            foreach ((string name, string value) in facts) _output.WriteLine($"{name}: {value}");
            return;
        }
        Table table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        foreach ((string name, string value) in facts) table.AddRow($"[bold]{Markup.Escape(name)}[/]", Markup.Escape(value));
        _terminal.Write(table);
    }

    /// <summary>Rows under a head: plainly with tabs between the cells.</summary>
    internal void Rows(IReadOnlyList<string> head, IEnumerable<string[]> rows)
    {
        if (_terminal is null)
        {
            _output.WriteLine(string.Join('\t', head));
            foreach (string[] row in rows) _output.WriteLine(string.Join('\t', row));
            return;
        }
        Table table = new Table().Border(TableBorder.Rounded).AddColumns([.. head]);
        foreach (string[] row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        _terminal.Write(table);
    }
}
