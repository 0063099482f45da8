namespace Apex.Vpn.Samples.WireGuard;

/// <summary>Lines on standard error, in the style of the daemons that this one stands in for.</summary>
internal sealed class Log(string name, LogLevel level)
{
    internal void Verbose(string message)
    {
        if (level >= LogLevel.Verbose) Write("DEBUG", message);
    }

    internal void Error(string message)
    {
        if (level >= LogLevel.Error) Write("ERROR", message);
    }

    private void Write(string kind, string message) => Console.Error.WriteLine($"{kind}: ({name}) {message}");
}
