using System.Globalization;

namespace Apex.Vpn.Routing.Placement;

/// <summary>Says in a sentence what a step does to round trips.</summary>
internal sealed class ActionReason(PlacementInstance instance, ServedDemand before, ServedDemand after)
{
    // Changes of a round trip below this are not worth a word, in milliseconds.
    private const double Noticeable = 0.5;

    internal string For(PlacementFigures figuresBefore, PlacementFigures figuresAfter)
    {
        double nearer = 0, farther = 0, most = 0;
        int mostAffected = -1;
        for (int point = 0; point < instance.Demand.Length; point++)
        {
            double share = Math.Min(before.Share(point), after.Share(point));
            if (share == 0) continue;
            double saved = before.Rtt(point) - after.Rtt(point);
            if (saved >= Noticeable) nearer += share;
            if (saved <= -Noticeable) farther += share;
            if (Math.Abs(saved * share) <= most) continue;
            (most, mostAffected) = (Math.Abs(saved * share), point);
        }
        var parts = new List<string>(4);
        double served = figuresAfter.Served - figuresBefore.Served;
        if (served >= 5e-5) parts.Add(Text($"serves {100 * served:0.##} % of demand that nobody could serve"));
        if (served <= -5e-5) parts.Add(Text($"leaves {-100 * served:0.##} % of demand unserved"));
        if (nearer > 0) parts.Add(Text($"{100 * nearer:0.##} % of demand gets nearer"));
        if (farther > 0) parts.Add(Text($"{100 * farther:0.##} % gets farther"));
        if (mostAffected >= 0 && nearer + farther > 0) parts.Add(MostOfAll(mostAffected));
        double second = figuresAfter.SecondSite - figuresBefore.SecondSite;
        if (instance.Objective.NoSecondSiteMs > 0 && Math.Abs(second) >= 5e-5)
            parts.Add(Text($"second site within reach for {100 * second:+0.##;-0.##} % of demand"));
        double cost = figuresAfter.Cost - figuresBefore.Cost;
        if (instance.Objective.MsPerCost > 0 && cost != 0) parts.Add(Text($"cost {cost:+0.##;-0.##}"));
        if (parts.Count == 0) return "No round trip changes noticeably.";
        return char.ToUpperInvariant(parts[0][0]) + string.Join("; ", parts)[1..] + ".";
    }

    private string MostOfAll(int point)
    {
        CandidateSite site = instance.Sites[after.MainSite(point)];
        return Text($"most of all {instance.Demand[point].Place}: {before.Rtt(point):0.#} -> {after.Rtt(point):0.#} ms, from {site}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
