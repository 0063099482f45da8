namespace Apex.Vpn.Protocol;

/// <summary>What one computation of a <see cref="PasswordHash"/> costs. Immutable.</summary>
public sealed class PasswordHashParameters
{
    /// <summary>The most memory that is accepted, 262 144 KiB: a hash that somebody smuggled in must not take all there is.</summary>
    public const int MaxMemoryKiB = 262_144;

    /// <summary>The most passes that are accepted, 16.</summary>
    public const int MaxPasses = 16;

    /// <summary>Sets both costs.</summary>
    /// <param name="memoryKiB">Memory in KiB, 8 to <see cref="MaxMemoryKiB"/>; taken for the length of one computation.</param>
    /// <param name="passes">Passes over that memory, 1 to <see cref="MaxPasses"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    public PasswordHashParameters(int memoryKiB, int passes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryKiB, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(memoryKiB, MaxMemoryKiB);
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passes, MaxPasses);
        MemoryKiB = memoryKiB;
        Passes = passes;
    }

    /// <summary>19 MiB and two passes: the first choice of OWASP's password storage cheat sheet for one lane.</summary>
    public static PasswordHashParameters Default { get; } = new(19_456, 2);

    /// <summary>Memory in KiB.</summary>
    public int MemoryKiB { get; }

    /// <summary>Passes over that memory.</summary>
    public int Passes { get; }

    /// <summary>Whether both costs are the same.</summary>
    /// <param name="other">Other parameters.</param>
    public bool Matches(PasswordHashParameters? other) => other is not null && MemoryKiB == other.MemoryKiB && Passes == other.Passes;
}
