namespace Apex.Vpn.Samples.Quickstart;

/// <summary>Something did not happen as it should have.</summary>
internal sealed class StepFailedException(string message) : Exception(message);
