using System.Diagnostics;

namespace Apex.Vpn.Samples.WireGuard;

/// <summary>
/// Starts the daemon as a process of its own and returns when it serves: what wg-quick waits for. The child writes one line to its standard
/// output, empty when it is ready, else the reason why it is not.
/// </summary>
internal static class Background
{
    internal static int Start(DaemonOptions options)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Run through the dotnet host, the first argument is the program.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        start.ArgumentList.Add(options.Interface);
        if (options.Capture is { } capture) start.ArgumentList.Add("--capture=" + capture.FullName);
        start.Environment[DaemonOptions.ChildVariable] = "1";

        using Process? daemon = Process.Start(start);
        string? word = daemon?.StandardOutput.ReadLine();
        if (word is "") return ExitCodes.Success;
        Console.Error.WriteLine(word ?? $"The daemon for {options.Interface} ended before it was ready.");
        return ExitCodes.Failure;
    }
}
