using Xunit;

namespace Apex.Vpn.Testing;

/// <summary>A fact that runs programs of the machine; skipped with a reason where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramFactAttribute : FactAttribute
{
    /// <summary>Computes the reason to skip.</summary>
    /// <param name="programs">Names looked for on PATH.</param>
    public ProgramFactAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = Requirements.Programs(programs);
    }

    /// <summary>Names looked for on PATH.</summary>
    public IReadOnlyList<string> Programs { get; }
}
