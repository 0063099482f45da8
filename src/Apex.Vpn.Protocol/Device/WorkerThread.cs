namespace Apex.Vpn.Protocol;

/// <summary>A dedicated thread that loops until it is told to end. Data workers block in the kernel, which no thread pool likes.</summary>
internal sealed class WorkerThread
{
    private readonly Thread _thread;
    private volatile bool _ending;

    /// <summary>Starts the loop.</summary>
    /// <param name="name">The thread's name, for debuggers and profilers.</param>
    /// <param name="iterate">One turn of the loop; may block until woken.</param>
    /// <param name="failed">Called on the thread when a turn throws; the loop is over then.</param>
    internal WorkerThread(string name, Action iterate, Action<Exception> failed)
    {
        _thread = new Thread(() => Run(iterate, failed)) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the loop after the turn at hand; the caller then wakes whatever that turn may block in, and joins.</summary>
    internal void RequestEnd() => _ending = true;

    internal void Join()
    {
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    private void Run(Action iterate, Action<Exception> failed)
    {
        try
        {
            while (!_ending) iterate();
        }
        catch (Exception exception)
        {
            // What was closed, or went away, under a loop that is ending anyway is no failure.
            if (!_ending) failed(exception);
        }
    }
}
