namespace Apex.Vpn.Samples.ControlPlane;

/// <summary>A command cannot do what it was asked; the message says why, in a line for the one who asked.</summary>
internal sealed class CommandException(string message) : Exception(message);
