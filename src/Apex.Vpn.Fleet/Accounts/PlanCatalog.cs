using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Apex.Vpn.Fleet.Accounts;

/// <summary>The plans that there are, read from a JSON file. Immutable; safe from any thread.</summary>
/// <remarks>
/// <code>{ "plans": [ { "name": "plus", "deviceLimit": 10, "features": ["multihop", "streaming"] } ] }</code>
/// Comments and trailing commas are allowed; members that do not belong there are errors, since they are usually typing mistakes.
/// </remarks>
public sealed class PlanCatalog
{
    /// <summary>The most plans, 100.</summary>
    public const int MaxPlans = 100;

    private readonly Dictionary<string, Plan> _plans = new(StringComparer.Ordinal);

    private PlanCatalog(IEnumerable<Plan> plans)
    {
        foreach (Plan plan in plans) _plans.Add(plan.Name, plan);
    }

    /// <summary>The plans, by name.</summary>
    public IReadOnlyDictionary<string, Plan> Plans => _plans;

    /// <summary>Reads the file's bytes.</summary>
    /// <param name="utf8Json">The whole file.</param>
    /// <exception cref="FormatException">It is no such file; the message names the place and what is expected there.</exception>
    public static PlanCatalog Parse(ReadOnlySpan<byte> utf8Json)
    {
        PlanFile? file;
        try
        {
            file = JsonSerializer.Deserialize(utf8Json, PlanFileContext.Default.PlanFile);
        }
        catch (JsonException error)
        {
            throw new FormatException($"The plans are no valid JSON of the expected form: {error.Message}", error);
        }
        if (file?.Plans is not { Count: >= 1 and <= MaxPlans } entries)
            throw new FormatException($"The plans need a member \"plans\" with 1 to {MaxPlans} plans.");
        var plans = new List<Plan>(entries.Count);
        for (int i = 0; i < entries.Count; i++)
        {
            PlanEntry? entry = entries[i];
            if (Examine(entry, plans) is { } error) throw new FormatException($"plans[{i}]: {error}");
            plans.Add(new Plan(entry!.Name!, entry.DeviceLimit, [.. (entry.Features ?? []).OfType<string>()]));
        }
        return new PlanCatalog(plans);
    }

    /// <summary>Finds a plan.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="plan">The plan; null when there is none of that name.</param>
    public bool TryFind(string name, [NotNullWhen(true)] out Plan? plan) => _plans.TryGetValue(name, out plan);

    private static string? Examine(PlanEntry? entry, List<Plan> before)
    {
        const string Name = "1 to 32 lower-case letters, digits and hyphens";
        if (entry is null) return "null is no plan.";
        if (!FeatureName.IsValid(entry.Name)) return $"the name must have {Name}.";
        if (before.Exists(plan => plan.Name == entry.Name)) return $"there is a plan {entry.Name} already.";
        if (entry.DeviceLimit is < 1 or > Plan.MaxDevices) return $"deviceLimit must be 1 to {Plan.MaxDevices}.";
        List<string?> features = entry.Features ?? [];
        if (features.Count > AccessClaims.MaxFeatures) return $"at most {AccessClaims.MaxFeatures} features.";
        if (!features.TrueForAll(FeatureName.IsValid)) return $"the name of a feature must have {Name}.";
        return features.Distinct(StringComparer.Ordinal).Count() == features.Count ? null : "a feature is there twice.";
    }
}
