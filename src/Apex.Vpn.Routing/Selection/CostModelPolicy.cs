namespace Apex.Vpn.Routing.Selection;

/// <summary>A policy that is nothing but weights: see <see cref="CostModel"/>. Immutable; safe from any thread.</summary>
public sealed class CostModelPolicy : ISelectionPolicy
{
    private readonly CostModel _model;

    /// <summary>A policy with weights of one's own.</summary>
    /// <param name="name">Its name; not empty.</param>
    /// <param name="model">The weights: finite, none below 0; <see cref="CostModel.MaxLoad"/> below 1.</param>
    /// <exception cref="ArgumentException">The name is empty, or a weight lies outside its range.</exception>
    public CostModelPolicy(string name, CostModel model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(model);
        model.ThrowIfInvalid(nameof(model));
        Name = name;
        _model = model;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool AllowsDetour { get; init; } = true;

    /// <inheritdoc/>
    public ServerCost Cost(in Candidate candidate) => _model.Compute(candidate.Latency, candidate.Status.Load, penalty: 0);
}
