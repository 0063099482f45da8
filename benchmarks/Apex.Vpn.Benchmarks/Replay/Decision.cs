namespace Apex.Vpn.Benchmarks.Replay;

/// <summary>One user's choice and what it cost.</summary>
/// <param name="Server">The server, by its place among the servers.</param>
/// <param name="Regret">Milliseconds above the best server of this user; NaN for a server whose round trip is in no file.</param>
/// <param name="Probes">Probes sent.</param>
/// <param name="Answered">Probes answered.</param>
/// <param name="Microseconds">Time of the decision itself, without the probes.</param>
/// <param name="AllocatedBytes">Bytes allocated in it.</param>
internal readonly record struct Decision(int Server, double Regret, int Probes, int Answered, double Microseconds, long AllocatedBytes);
