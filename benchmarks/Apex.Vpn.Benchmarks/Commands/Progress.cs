namespace Apex.Vpn.Benchmarks.Commands;

/// <summary>One line on standard error that tells how far long work is; nothing where that is no terminal.</summary>
internal sealed class Progress(string what, int total) : IDisposable
{
    private readonly Lock _lock = new();
    private int _done;

    /// <summary>One more part is done. From any thread.</summary>
    internal void Step()
    {
        if (Console.IsErrorRedirected) return;
        lock (_lock) Console.Error.Write($"\r{what}: {++_done} of {total} ");
    }

    public void Dispose()
    {
        if (!Console.IsErrorRedirected && _done > 0) Console.Error.Write("\r" + new string(' ', what.Length + 30) + "\r");
    }
}
