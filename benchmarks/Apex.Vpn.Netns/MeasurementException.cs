namespace Apex.Vpn.Netns;

/// <summary>Something could not be set up or measured; the message says what, and what the programs said.</summary>
public sealed class MeasurementException(string message) : Exception(message);
