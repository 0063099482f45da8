using System.CommandLine;
using Apex.Vpn.Samples.ControlPlane.Commands;

namespace Apex.Vpn.Samples.ControlPlane;

/// <summary>The program: one file per command, one line and an exit code for whatever goes wrong.</summary>
internal static class ControlPlaneProgram
{
    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        ParseResult parsed = Create().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (string message in parsed.Errors.Select(static parseError => parseError.Message)) error.WriteLine(message);
            error.WriteLine($"Try: {NameOf(parsed.CommandResult.Command)} --help");
            return ExitCodes.Usage;
        }
        try
        {
            var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(invocation);
        }
        catch (Exception exception) when (exception is CommandException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(exception.Message);
            return ExitCodes.Failure;
        }
    }

    private static RootCommand Create() => new("Keys and server lists of a fleet of VPN nodes.")
    {
        new Command("keys", "Offline roots and the online keys that they certify.")
        {
            KeysRootCommand.Create(),
            KeysCertifyCommand.Create(),
            KeysShowCommand.Create(),
        },
        new Command("list", "Signed server lists.")
        {
            ListSignCommand.Create(),
            ListVerifyCommand.Create(),
            ListShowCommand.Create(),
        },
    };

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : "apex-control-plane";
}
