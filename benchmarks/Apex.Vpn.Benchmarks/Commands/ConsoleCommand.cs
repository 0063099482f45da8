using System.CommandLine;
using System.CommandLine.Help;
using Apex.Vpn.Benchmarks.Data;

namespace Apex.Vpn.Benchmarks.Commands;

/// <summary>Runs a command of ours: help and refusals by System.CommandLine, one line and exit code 1 for a file that is no good.</summary>
internal static class ConsoleCommand
{
    internal static int Invoke(Command command, string[] arguments)
    {
        // Only a root command has it by itself.
        if (!command.Options.OfType<HelpOption>().Any()) command.Options.Add(new HelpOption());
        ParseResult parsed = command.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (string error in parsed.Errors.Select(static error => error.Message)) Console.Error.WriteLine(error);
            Console.Error.WriteLine($"Try: {command.Name} --help");
            return 2;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (DataFileException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }
}
