using System.Net.Sockets;

namespace Apex.Vpn.Samples.Quickstart;

/// <summary>How a step ended, and what it measured.</summary>
internal sealed record StepResult(string Name, bool Passed, string Detail);

/// <summary>One thing to show.</summary>
internal sealed class Step(string name, Func<string> action)
{
    /// <summary>Runs the step; what goes wrong becomes a failed result, so that the table is always whole.</summary>
    internal StepResult Run()
    {
        try
        {
            return new StepResult(name, true, action());
        }
        catch (Exception exception) when (exception is StepFailedException or OperationCanceledException or SocketException or IOException)
        {
            return new StepResult(name, false, exception is OperationCanceledException ? "not within the time limit" : exception.Message);
        }
    }
}
