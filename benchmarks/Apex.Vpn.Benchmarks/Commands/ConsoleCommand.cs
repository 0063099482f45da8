using System.CommandLine;
using Apex.Vpn.Benchmarks.Data;

namespace Apex.Vpn.Benchmarks.Commands;

/// <summary>Runs a command of ours: help and refusals by System.CommandLine, one line and exit code 1 for a file that is no good.</summary>
internal static class ConsoleCommand
{
    internal static int Invoke(Command command, string[] arguments)
    {
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
