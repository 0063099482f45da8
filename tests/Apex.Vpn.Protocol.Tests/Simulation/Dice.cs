using Apex.Vpn.Protocol.Engine;

namespace Apex.Vpn.Protocol.Tests.Simulation;

/// <summary>Choices by chance, the same for the same seed.</summary>
internal sealed class Dice(EngineRandom random)
{
    /// <summary>A number from 0 to below <paramref name="count"/>.</summary>
    internal int Below(int count) => (int)(((ulong)random.NextUInt32() * (uint)count) >> 32);

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    internal int Between(int least, int most) => least + Below(most - least + 1);

    internal bool Chance(double share) => random.NextUInt32() < share * uint.MaxValue;

    internal T Of<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    internal TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(Between(least, most));

    internal TimeSpan Seconds(int least, int most) => Milliseconds(least * 1000, most * 1000);
}
