namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>Something that must never be, with what repeats it.</summary>
internal sealed class SimException(ulong seed, TimeSpan now, string what) : Exception($"Seed {seed}, day {now:d\\.hh\\:mm\\:ss\\.fff}: {what}");
