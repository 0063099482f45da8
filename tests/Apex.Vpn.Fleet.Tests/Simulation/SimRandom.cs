namespace Apex.Vpn.Fleet.Tests.Simulation;

/// <summary>The chance of a simulation: SplitMix64, the same for the same seed on every machine.</summary>
internal sealed class SimRandom(ulong seed)
{
    private ulong _state = seed;

    internal ulong Word()
    {
        ulong value = _state += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    internal double Unit() => (Word() >> 11) * (1.0 / (1UL << 53));

    internal int Below(int count) => (int)(Unit() * count);

    internal bool Chance(double probability) => Unit() < probability;

    internal TimeSpan Between(double fromSeconds, double toSeconds) =>
        TimeSpan.FromTicks((long)((fromSeconds + (Unit() * (toSeconds - fromSeconds))) * TimeSpan.TicksPerSecond));

    /// <summary>A time that is as likely to end now as ever.</summary>
    internal TimeSpan Exponential(double meanSeconds) => TimeSpan.FromSeconds(-Math.Log(1 - Unit()) * meanSeconds);

    internal Guid Guid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Word());
        BitConverter.TryWriteBytes(bytes[8..], Word());
        return new Guid(bytes);
    }
}
